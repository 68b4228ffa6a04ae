/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import org.jspecify.annotations.Nullable;

/**
 * An address of IPv4 or IPv6. Immutable.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits; of an IPv4 address, as IPv6 maps it, the last 32
 */
record IpAddress(long high, long low) {
    /*
     * The JDK's parser takes what is no address for the name of a host and asks DNS; the one that does not came with JDK 22.
     * Both ways of writing one address are one address here: ::ffff:192.0.2.1 is 192.0.2.1.
     */
    static final int BITS = 128;
    static final int IPV4_BITS = 32;
    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;
    private static final int GROUPS = 8;
    private static final int LONGEST_TEXT = 64;

    /** Exactly what the text says, without white space, port or brackets; null if that is no address. */
    static @Nullable IpAddress parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST_TEXT) {
            return null;
        }
        if (text.indexOf(':') < 0) {
            long bits = parseIpv4(text, 0);
            return bits < 0 ? null : new IpAddress(0, IPV4_MAPPED | bits);
        }
        // Of a link: what follows names an interface of whoever wrote it.
        int zone = text.indexOf('%');
        return parseIpv6(zone < 0 ? text : text.substring(0, zone));
    }

    private static @Nullable IpAddress parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap != text.lastIndexOf("::")) {
            return null;
        }
        int[] groups = new int[GROUPS];
        if (gap < 0) {
            return parseGroups(text, groups) == GROUPS ? of(groups) : null;
        }
        int[] tail = new int[GROUPS];
        int before = gap == 0 ? 0 : parseGroups(text.substring(0, gap), groups);
        int after = gap + 2 == text.length() ? 0 : parseGroups(text.substring(gap + 2), tail);
        // A tail of IPv4 may only be at the very end.
        if (before < 0 || after < 0 || before + after >= GROUPS || text.lastIndexOf('.', gap) >= 0) {
            return null;
        }
        System.arraycopy(tail, 0, groups, GROUPS - after, after);
        return of(groups);
    }

    /** How many groups there were; -1 if these are none. */
    private static int parseGroups(String text, int[] groups) {
        int count = 0;
        int start = 0;
        while (true) {
            int colon = text.indexOf(':', start);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', start) >= 0) {
                long ipv4 = parseIpv4(text, start);
                if (ipv4 < 0 || count > GROUPS - 2) {
                    return -1;
                }
                groups[count] = (int) (ipv4 >>> 16);
                groups[count + 1] = (int) (ipv4 & 0xFFFF);
                return count + 2;
            }
            int length = end - start;
            if (count == GROUPS || length < 1 || length > 4) {
                return -1;
            }
            int group = 0;
            for (int i = start; i < end; i++) {
                int digit = hexDigit(text.charAt(i));
                if (digit < 0) {
                    return -1;
                }
                group = (group << 4) | digit;
            }
            groups[count++] = group;
            if (colon < 0) {
                return count;
            }
            start = colon + 1;
        }
    }

    /** Four decimal numbers without leading zeros, which some read as octal; -1 if it is not that. */
    private static long parseIpv4(String text, int start) {
        long bits = 0;
        int at = start;
        for (int part = 0; part < 4; part++) {
            int value = 0;
            int begin = at;
            while (at < text.length() && at - begin < 3 && isDigit(text.charAt(at))) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean complete = at > begin && value <= 255 && (text.charAt(begin) != '0' || at - begin == 1);
            boolean separated = part == 3 ? at == text.length() : at < text.length() && text.charAt(at++) == '.';
            if (!complete || !separated) {
                return -1;
            }
            bits = (bits << 8) | value;
        }
        return bits;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static IpAddress of(int[] groups) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < GROUPS / 2; i++) {
            high = (high << 16) | groups[i];
            low = (low << 16) | groups[GROUPS / 2 + i];
        }
        return new IpAddress(high, low);
    }

    boolean isIpv4() {
        return high == 0 && low >>> IPV4_BITS == IPV4_MAPPED >>> IPV4_BITS;
    }

    /** With all but the first {@code bits} of 128 set to 0. */
    IpAddress prefix(int bits) {
        if (bits >= BITS) {
            return this;
        }
        return bits > Long.SIZE
                ? new IpAddress(high, low & (-1L << (BITS - bits)))
                : new IpAddress(bits == 0 ? 0 : high & (-1L << (Long.SIZE - bits)), 0);
    }

    /** As people write it; without leaving out groups of 0. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (isIpv4()) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append((low >>> shift) & 0xFF).append(shift == 0 ? "" : ".");
            }
            return text.toString();
        }
        for (int i = 0; i < GROUPS; i++) {
            long half = i < GROUPS / 2 ? high : low;
            text.append(i == 0 ? "" : ":").append(Long.toHexString((half >>> (48 - 16 * (i % (GROUPS / 2)))) & 0xFFFF));
        }
        return text.toString();
    }
}
