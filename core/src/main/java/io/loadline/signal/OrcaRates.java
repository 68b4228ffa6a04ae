/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.LimiterStats;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How many calls came lately, and what became of them. Not thread-safe. */
final class OrcaRates {
    /*
     * Of the last 5 or 15 seconds, whichever saw more: so is the load smoothed, and a receiver divides one by the other.
     */
    private static final long SHORT_NANOS = 5_000_000_000L;
    private static final long LONG_NANOS = 15_000_000_000L;
    private static final long TOLERANCE_NANOS = 500_000_000L;
    private static final long LEAST_NANOS = 500_000_000L;

    private final Deque<Moment> moments = new ArrayDeque<>();

    /** Adds what has been counted until now. */
    void add(long nowNanos, LimiterStats stats) {
        moments.addLast(new Moment(nowNanos, stats));
        while (moments.size() > 2 && nowNanos - moments.getFirst().nanos > LONG_NANOS + TOLERANCE_NANOS) {
            moments.removeFirst();
        }
    }

    /** Forgets it all. */
    void clear() {
        moments.clear();
    }

    Rates rates() {
        Rates recent = over(SHORT_NANOS);
        Rates longer = over(LONG_NANOS);
        return longer.came > recent.came ? longer : recent;
    }

    private Rates over(long windowNanos) {
        Moment last = moments.getLast();
        Moment first = first(last, windowNanos + TOLERANCE_NANOS);
        if (first == null || last.nanos - first.nanos < LEAST_NANOS) {
            return Rates.UNKNOWN;
        }
        double seconds = (last.nanos - first.nanos) / 1e9;
        LimiterStats since = last.stats.minus(first.stats);
        long refused = since.shed() + since.refused() + since.capped() + since.expired();
        long came = since.completed() + refused;
        return new Rates(
                came / seconds, (since.dropped() + refused) / seconds, (came + 1.0) / (since.completed() + 1.0));
    }

    /** The first within the window; after a stall the latest before it. */
    private @Nullable Moment first(Moment last, long windowNanos) {
        Moment found = null;
        for (Moment moment : moments) {
            if (moment == last) {
                break;
            }
            found = moment;
            if (last.nanos - moment.nanos <= windowNanos) {
                break;
            }
        }
        return found;
    }

    private record Moment(long nanos, LimiterStats stats) {}

    /**
     * Rates of one window. Immutable.
     *
     * @param came calls per second that ended or were refused; NaN if not known
     * @param failed of these, calls per second that were refused or failed for want of capacity
     * @param cameForEachServed how many came for each that was served, at least 1
     */
    record Rates(double came, double failed, double cameForEachServed) {
        static final Rates UNKNOWN = new Rates(Double.NaN, Double.NaN, 1);
    }
}
