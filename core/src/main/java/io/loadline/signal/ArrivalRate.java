/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Arrays;

/** How many messages come each second, of which many may come at once. Not thread-safe; guarded by its owner's lock. */
final class ArrivalRate {
    /*
     * A burst waits in the queue already; taken for a rate as well it would count again and again. So a rise counts at once
     * if it lasts, by the median of the last intervals, and otherwise with the weight it has in a minute: bursts that come
     * again and again are a rate, too. The minute begins with nothing, or a first burst were a rate.
     */
    private static final int INTERVALS = 5;
    private static final double MEAN_SECONDS = 60;

    private final double[] latest = new double[INTERVALS];
    private int count;
    private double mean;

    void add(double perSecond, double seconds) {
        latest[count++ % INTERVALS] = perSecond;
        if (count == 2 * INTERVALS) {
            count = INTERVALS;
        }
        mean += (perSecond - mean) * -Math.expm1(-seconds / MEAN_SECONDS);
    }

    /** At least 0, since consumers that prefetch make it look as if messages went; NaN until there was an interval. */
    double perSecond() {
        if (count == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(latest, Math.min(count, INTERVALS));
        Arrays.sort(sorted);
        return Math.max(0, Math.max(mean, sorted[(sorted.length - 1) / 2]));
    }
}
