/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/**
 * A route's baseline as the signal sees it: slow upward, so that a dependency that is slow for minutes moves neither
 * demand nor capacity. Not thread-safe; confined to the tick.
 */
final class SlowBaseline {
    /*
     * Upward as slowly as the capacity forgets, so that the two stay comparable; in factors, not in differences, since a
     * dependency that is thirty times as slow would otherwise treble a baseline of 20 ms in two minutes.
     *
     * Downward it is quicker: the first latencies of a JVM are those of interpreted code, and a demand computed from
     * them would be too high for as long as it takes to forget them.
     */
    private static final double UP_SECONDS = 1800;
    private static final double DOWN_SECONDS = 10;

    private double nanos;

    /** The baseline in nanoseconds; 0 until one is known. */
    double nanos() {
        return nanos;
    }

    void follow(long baselineNanos, double seconds) {
        if (baselineNanos <= 0) {
            return;
        }
        if (nanos == 0) {
            nanos = baselineNanos;
            return;
        }
        double timeConstant = baselineNanos > nanos ? UP_SECONDS : DOWN_SECONDS;
        nanos *= Math.pow(baselineNanos / nanos, -Math.expm1(-seconds / timeConstant));
    }
}
