/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

/** Sees from a growing count when calls came and how often. Not thread-safe; confined to the coordinator's lock. */
final class Arrivals {
    /*
     * What is counted are readings in which something came, not calls: calls come in clusters (a page and its parts, a
     * batch every few seconds), and the mean interval between calls would be far below the gaps between clusters.
     *
     * The rate is an exponentially weighted mean over HORIZON, divided by the weight it has gathered so far, and begins
     * with the first arrival: otherwise a process that waited for its traffic, or a young one, would seem to have less
     * than it has, and settle too long.
     */
    private static final double HORIZON_NANOS = 30e9;

    private long count;
    private boolean begun;
    private long lastNanos;
    private long lastArrivalNanos;
    private double rate;
    private double weight;

    /** Begins at {@code nowNanos}, when {@code seen} calls had come in a time nobody knows. */
    Arrivals(long seen, long nowNanos) {
        this.count = seen;
        this.lastNanos = nowNanos;
        this.lastArrivalNanos = nowNanos;
    }

    /** Takes a reading; {@code seen} may shortly fall behind, which counts as no arrival. */
    void read(long seen, long nowNanos) {
        long elapsed = nowNanos - lastNanos;
        if (elapsed <= 0) {
            // No rate can be told from no time; the next reading sees these calls too.
            return;
        }
        boolean arrived = seen > count;
        if (begun) {
            double share = -Math.expm1(-elapsed / HORIZON_NANOS);
            rate += ((arrived ? 1.0 : 0.0) / elapsed - rate) * share;
            weight += (1 - weight) * share;
        }
        if (arrived) {
            begun = true;
            count = seen;
            lastArrivalNanos = nowNanos;
        }
        lastNanos = nowNanos;
    }

    /** Calls begin to count anew at {@code nowNanos}: silence is measured from here. */
    void restart(long nowNanos) {
        lastArrivalNanos = nowNanos;
    }

    /** Whether enough came to tell an interval: two readings with arrivals. */
    boolean any() {
        return rate > 0;
    }

    long silentNanos(long nowNanos) {
        return nowNanos - lastArrivalNanos;
    }

    /** The mean time between two readings with arrivals of late, in nanoseconds; infinite without any. */
    double meanIntervalNanos() {
        return weight / rate;
    }
}
