/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

/**
 * Addresses that begin alike. Immutable.
 *
 * @param network the first of them
 * @param bits of 128, how many they have in common
 */
record IpRange(IpAddress network, int bits) {

    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a single address.
     *
     * @throws IllegalArgumentException if it is neither, or the address has bits beyond the prefix
     */
    static IpRange parse(String text) {
        String trimmed = text.strip();
        int slash = trimmed.indexOf('/');
        IpAddress address = IpAddress.parse(slash < 0 ? trimmed : trimmed.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("not an address, nor a range such as 10.0.0.0/8: '" + text + "'");
        }
        int most = address.isIpv4() ? IpAddress.IPV4_BITS : IpAddress.BITS;
        int bits = slash < 0 ? most : prefix(trimmed.substring(slash + 1));
        checkArgument(bits >= 0 && bits <= most, "the prefix must be between 0 and %s: '%s'", most, text);
        int ofAll = IpAddress.BITS - most + bits;
        IpAddress network = address.prefix(ofAll);
        checkArgument(
                network.equals(address),
                "the address has bits beyond the prefix: '%s', or was %s/%s meant?",
                text,
                network,
                bits);
        return new IpRange(network, ofAll);
    }

    private static int prefix(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }

    boolean contains(IpAddress address) {
        return address.prefix(bits).equals(network);
    }
}
