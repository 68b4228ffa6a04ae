/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import org.jspecify.annotations.Nullable;

/** How counters grew over the last few readings. Not thread-safe. */
final class CounterWindow {
    private final long[][] readings;
    private int size;
    private int next;

    /** Over at most so many intervals between two readings. */
    CounterWindow(int intervals) {
        this.readings = new long[intervals + 1][];
    }

    /**
     * Takes a reading of the counters, the same ones each time, and tells by how much each has grown since the oldest that is
     * kept. Null for the first reading, and for one in which a counter went back: that begins anew.
     */
    long @Nullable [] add(long... counters) {
        long[] newest = size == 0 ? null : readings[(next + readings.length - 1) % readings.length];
        if (newest != null && hasNegative(growth(newest, counters))) {
            clear();
        }
        readings[next] = counters.clone();
        next = (next + 1) % readings.length;
        size = Math.min(size + 1, readings.length);
        return size < 2 ? null : growth(readings[(next + readings.length - size) % readings.length], counters);
    }

    /** What was read so far says nothing about what comes. */
    void clear() {
        size = 0;
    }

    /** By subtraction, since readings of a ticker may wrap. */
    private static long[] growth(long[] before, long[] now) {
        long[] growth = new long[now.length];
        for (int i = 0; i < now.length; i++) {
            growth[i] = now[i] - before[i];
        }
        return growth;
    }

    private static boolean hasNegative(long[] growth) {
        for (long each : growth) {
            if (each < 0) {
                return true;
            }
        }
        return false;
    }
}
