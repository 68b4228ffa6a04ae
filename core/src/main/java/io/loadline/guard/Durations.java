/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts of durations in buckets that are 1/8 of a power of two wide. Thread-safe. */
final class Durations {
    /** Below 2^10 ns, about a microsecond, all are one. */
    private static final int LOWEST = 10;

    private static final int SUB_BITS = 3;
    private static final int SUBS = 1 << SUB_BITS;

    /** 2^42 ns is more than an hour. */
    private static final int OCTAVES = 32;

    private static final int BUCKETS = OCTAVES * SUBS + 1;

    /** Written by whoever ends a call, read by the beat and by who asks for statistics. */
    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void add(long nanos) {
        long unused = counts.getAndIncrement(bucket(nanos));
    }

    long[] counts() {
        long[] copy = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    /** Sum of {@link #counts()}. */
    long total() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts.get(i);
        }
        return total;
    }

    static long[] none() {
        return new long[BUCKETS];
    }

    /** Below what {@code share} of the durations between two readings are, in nanoseconds; 0 if there are none. */
    static long quantileNanos(long[] from, long[] to, double share) {
        long total = total(from, to);
        if (total == 0) {
            return 0;
        }
        long rank = (long) Math.ceil(total * share);
        long below = 0;
        for (int i = 0; i < BUCKETS; i++) {
            below += to[i] - from[i];
            if (below >= rank) {
                return upperNanos(i);
            }
        }
        return upperNanos(BUCKETS - 1);
    }

    static long total(long[] from, long[] to) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += to[i] - from[i];
        }
        return total;
    }

    private static int bucket(long nanos) {
        int octave = 63 - Long.numberOfLeadingZeros(nanos | 1);
        if (octave < LOWEST || nanos < 0) {
            return 0;
        }
        int sub = (int) (nanos >>> (octave - SUB_BITS)) & (SUBS - 1);
        return Math.min(BUCKETS - 1, 1 + (octave - LOWEST) * SUBS + sub);
    }

    private static long upperNanos(int bucket) {
        if (bucket == 0) {
            return 1L << LOWEST;
        }
        int octave = LOWEST + (bucket - 1) / SUBS;
        int sub = (bucket - 1) % SUBS;
        return (SUBS + sub + 1L) << (octave - SUB_BITS);
    }
}
