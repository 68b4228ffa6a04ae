/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Keys of clients, as they are kept. Stateless. */
final class Keys {
    /** Longer ones are kept as their digest: clients choose them, and a million of 8 KB each would be 8 GB. */
    static final int LONGEST = 128;

    private Keys() {}

    static boolean isBlank(String key) {
        // Few begin with a space, and a look at the whole of each costs time.
        return key.isEmpty() || (key.charAt(0) <= ' ' && key.isBlank());
    }

    /** The key, or, where it is long, something short that no other key leads to. Cutting would let some share one quota. */
    static String bounded(String key) {
        return key.length() <= LONGEST ? key : digest(key);
    }

    private static String digest(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
