/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** Numbers that look like chance and follow from a name, so that a start can be reproduced. Not thread-safe. */
final class Chance {
    /* [1] G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number Generators, 2014 */
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Counts on by one constant; its hash is the number [1]. */
    private long state;

    Chance(String name) {
        long hash = FNV_BASIS;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        this.state = hash;
    }

    /** Another one, uniform from 0 to below 1. */
    double next() {
        state += 0x9e3779b97f4a7c15L;
        long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1p-53;
    }
}
