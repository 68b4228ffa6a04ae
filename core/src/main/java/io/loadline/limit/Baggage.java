/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The header of the W3C specification "Propagation format for distributed context: Baggage". Stateless. */
final class Baggage {
    /** What every platform must pass on, by section "Limits" of the specification. */
    private static final int MAX_BYTES = 8_192;

    private static final int MAX_MEMBERS = 64;

    private Baggage() {}

    /** The value of the first member named {@code key}, its percent coding undone; null if there is none. */
    static @Nullable String value(@Nullable String header, String key) {
        if (header == null || header.length() > MAX_BYTES) {
            return null;
        }
        int from = 0;
        for (int members = 0; members < MAX_MEMBERS && from < header.length(); members++) {
            int end = end(header, from);
            String member = header.substring(from, end);
            if (isNamed(member, key)) {
                int properties = member.indexOf(';');
                String value = member.substring(member.indexOf('=') + 1, properties < 0 ? member.length() : properties);
                return decode(value.strip());
            }
            from = end + 1;
        }
        return null;
    }

    /**
     * The header with {@code key} set to {@code value}, which needs no percent coding, before all other members. Null if
     * there is no room: what others have put there is not ours to drop.
     */
    static @Nullable String with(@Nullable String header, String key, String value) {
        StringBuilder merged = new StringBuilder(key).append('=').append(value);
        int members = 1;
        int from = 0;
        while (header != null && from < header.length()) {
            int end = end(header, from);
            String member = header.substring(from, end).strip();
            if (!member.isEmpty() && !isNamed(member, key)) {
                merged.append(',').append(member);
                members++;
            }
            from = end + 1;
        }
        return members > MAX_MEMBERS || merged.length() > MAX_BYTES ? null : merged.toString();
    }

    private static int end(String header, int from) {
        int comma = header.indexOf(',', from);
        return comma < 0 ? header.length() : comma;
    }

    private static boolean isNamed(String member, String key) {
        int equals = member.indexOf('=');
        return equals > 0 && member.substring(0, equals).strip().equals(key);
    }

    /** UTF-8 in percent coding (RFC 3986, section 2.1); null if it is malformed. */
    private static @Nullable String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes[length++] = (byte) c;
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                return null;
            }
            bytes[length++] = (byte) (high << 4 | low);
            i += 2;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
