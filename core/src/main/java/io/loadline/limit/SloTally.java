/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** Infers from the calls that were timed how many were fast enough. Not thread-safe; guarded by the limiter's lock. */
final class SloTally {
    /*
     * Of all that succeeded since the last time as large a share was fast as of those that were timed. What is left of a
     * whole call is kept for the next time, so that rounding adds up to nothing. Where all are timed, this is exact.
     *
     * While none was timed, nothing is known of those that succeeded: they are kept until one is. And since counts of a call
     * may be read in two pieces, a timed one may be here before it has succeeded, and a fast one before it was timed: these
     * are kept, too.
     */
    private final long[] succeeded;
    private final long[] timed;
    private final long[] within;
    private final double[] rest;
    private final long[] fast;
    private final long[] slow;

    SloTally(int routes) {
        this.succeeded = new long[routes];
        this.timed = new long[routes];
        this.within = new long[routes];
        this.rest = new double[routes];
        this.fast = new long[routes];
        this.slow = new long[routes];
    }

    /** Takes what was counted of a route since the last time; {@code moreWithin} are those of the timed that were fast. */
    void add(int route, long moreSucceeded, long moreTimed, long moreWithin) {
        succeeded[route] += moreSucceeded;
        timed[route] += moreTimed;
        within[route] += moreWithin;
        if (succeeded[route] <= 0 || timed[route] <= 0) {
            return;
        }
        double share = (double) succeeded[route] * Math.min(within[route], timed[route]) / timed[route];
        double exact = rest[route] + share;
        // What lies below a whole number by rounding alone is that number.
        long whole = Math.min(succeeded[route], (long) Math.floor(exact + 1e-6));
        rest[route] = exact - whole;
        fast[route] += whole;
        slow[route] += succeeded[route] - whole;
        succeeded[route] = 0;
        within[route] = Math.max(0, within[route] - timed[route]);
        timed[route] = 0;
    }

    /** All of a route of which {@code total} was counted. */
    SloCounts counts(int route, LimiterStats total) {
        long refused = total.shed() + total.capped() + total.expired() + total.refused();
        return new SloCounts(fast[route], slow[route] + total.dropped() + refused);
    }
}
