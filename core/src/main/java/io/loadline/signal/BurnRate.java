/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.SloCounts;

/** How fast the error budget burns over one window. Not thread-safe; confined to the tick. */
final class BurnRate {
    /*
     * The counts of now less those of a window ago, of which there is one for each thirtieth of the window: it may begin up
     * to so much earlier. They have their times, since a process that stood still has none for a while.
     */
    private static final int STEPS = 30;

    /** Of less than these a single bad one is a percent or more, and chance. */
    private static final int LEAST_CALLS = 100;

    private final long windowNanos;
    private final long stepNanos;
    private final long[] times = new long[STEPS + 1];
    private final SloCounts[] counts = new SloCounts[STEPS + 1];
    private int size;
    private int newest;

    BurnRate(SloReport.Window window) {
        this.windowNanos = window.length().toNanos();
        this.stepNanos = windowNanos / STEPS;
    }

    /** The rate where {@code budget} is the share that may be bad; NaN while it is not known. */
    double tick(long nowNanos, SloCounts now, double budget) {
        if (size == 0 || nowNanos - times[newest] >= stepNanos) {
            newest = (newest + 1) % times.length;
            times[newest] = nowNanos;
            counts[newest] = now;
            size = Math.min(size + 1, times.length);
        }
        for (int back = 0; back < size; back++) {
            int at = (newest - back + times.length) % times.length;
            if (nowNanos - times[at] >= windowNanos) {
                SloCounts since = now.minus(counts[at]);
                return since.total() < LEAST_CALLS ? Double.NaN : (double) since.bad() / since.total() / budget;
            }
        }
        return Double.NaN;
    }
}
