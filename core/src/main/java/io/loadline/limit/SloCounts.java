/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Cumulative counts of the calls that kept the limiter's SLO and of those that did not, since the limiter was built, by what
 * whoever called got. Immutable.
 *
 * <ul>
 *   <li>{@code good} are those that ended with {@link Outcome#SUCCESS} within {@link ConcurrencyLimiter.Builder#slo}. Under
 *       much traffic one of 2 to 256 is timed, and the others count like those.
 *   <li>{@code bad} are those that took longer, those that ended with {@link Outcome#DROPPED}, and all that were refused, for
 *       whatever reason: the limiter may be right to refuse, but whoever called got nothing.
 *   <li>{@link Outcome#IGNORED} is neither: bad requests and clients that left are no fault of the service; failures of its
 *       own, which are, cannot be told from them here.
 * </ul>
 *
 * @param good calls that kept it
 * @param bad calls that did not
 */
public record SloCounts(long good, long bad) {
    /** Nothing counted. */
    public static final SloCounts ZERO = new SloCounts(0, 0);

    /** Calls that were counted. */
    public long total() {
        return good + bad;
    }

    /** What was counted since {@code earlier}. */
    public SloCounts minus(SloCounts earlier) {
        return new SloCounts(good - earlier.good, bad - earlier.bad);
    }

    /** The sum of both. */
    public SloCounts plus(SloCounts other) {
        return new SloCounts(good + other.good, bad + other.bad);
    }
}
