/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** What differs between instances: numbers that follow from an instance's name, so that a start can be reproduced. Not thread-safe. */
final class Chance {
    private final long hash;
    private long state;

    Chance(String instance) {
        this.hash = hash(instance);
        this.state = hash;
    }

    /** The instance's place among all, 0 to below 1; always the same. */
    double own() {
        return fraction(mix(hash + 1));
    }

    /** Another number at each call, 0 to below 1. */
    double next() {
        state = mix(state + 1);
        return fraction(state);
    }

    /** FNV-1a, with the bits mixed once more. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    private static double fraction(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }
}
