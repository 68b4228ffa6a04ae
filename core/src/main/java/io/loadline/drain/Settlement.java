/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import io.loadline.drain.DrainCoordinator.Settling;

/** Tells when the traffic has stopped. Not thread-safe; confined to the coordinator's lock. */
final class Settlement {
    /*
     * Nobody tells a process when the balancers have taken it out, so the end of the traffic is the sign. It has stopped
     * when nothing came for QUIET_INTERVALS times the mean interval before the signal: at a lower factor a gap in slow
     * traffic would be taken for the end (at one call per interval a given interval is empty with probability 1/e, ten in
     * a row with 1/e^10 [1]).
     *
     * Before a preStop hook sleeps the platform has begun to take the instance out, so the news has been on its way for
     * that long: silence counts from the beginning of the sleep, and the longest wait is shorter by it. What keeps coming
     * after that does not heed the news; it gets the least silence once more.
     *
     * [1] Poisson arrivals: P(no arrival in k mean intervals) = e^-k
     */
    private static final double QUIET_INTERVALS = 10;

    private final Arrivals arrivals;

    private long begunNanos;
    private long neededNanos;
    private long boundNanos;

    /** When {@code seen} calls had come by {@code nowNanos}. */
    Settlement(long seen, long nowNanos) {
        this.arrivals = new Arrivals(seen, nowNanos);
    }

    void read(long seen, long nowNanos) {
        arrivals.read(seen, nowNanos);
    }

    /** The signal has come. */
    void begin(Settling settling, DrainTimes times, long nowNanos) {
        long quietNanos = times.leastSilence().toNanos();
        long longestNanos = times.longestSettling().toNanos();
        long sleptNanos = times.preStopSleep().toNanos();
        begunNanos = nowNanos;
        boundNanos = Math.min(longestNanos, Math.max(quietNanos, longestNanos - sleptNanos));
        neededNanos = settling == Settling.SKIP ? 0 : needed(quietNanos, longestNanos);
        arrivals.restart(nowNanos - Math.min(sleptNanos, arrivals.silentNanos(nowNanos)));
    }

    boolean isOver(long nowNanos) {
        return arrivals.silentNanos(nowNanos) >= neededNanos || nowNanos - begunNanos >= boundNanos;
    }

    private long needed(long quietNanos, long longestNanos) {
        if (!arrivals.any()) {
            // Nothing is known of this service's traffic, which may have been sent to it a moment ago.
            return boundNanos;
        }
        double wanted = Math.max((double) quietNanos, QUIET_INTERVALS * arrivals.meanIntervalNanos());
        return (long) Math.min(wanted, (double) longestNanos);
    }
}
