/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Cumulative counts of a limiter, or of one of its routes, since it was built. Immutable.
 *
 * <ul>
 *   <li>{@code succeeded}, {@code ignored} and {@code dropped} grow when an admitted call ends, by its outcome.
 *   <li>{@code shadowed} grows when a call ends that ran although {@link Enforcement#ENFORCE} would have refused it; it
 *       is counted by its outcome too.
 *   <li>{@code shed} grows when a call is refused because the limit was reached, whether it has waited or not.
 *   <li>{@code refused} grows when a call is refused because the limiter takes no new work.
 * </ul>
 *
 * Counts are read one by one: a snapshot taken under load may be off by the calls in flight.
 *
 * @param succeeded calls that ended with {@link Outcome#SUCCESS}
 * @param ignored calls that ended with {@link Outcome#IGNORED}
 * @param dropped calls that ended with {@link Outcome#DROPPED}
 * @param shadowed calls that ran outside the limit
 * @param shed calls refused with {@link RejectionReason#LIMIT} or {@link RejectionReason#QUEUE}
 * @param refused calls refused with {@link RejectionReason#DRAINING}
 */
public record LimiterStats(long succeeded, long ignored, long dropped, long shadowed, long shed, long refused) {
    /** Nothing counted. */
    public static final LimiterStats ZERO = new LimiterStats(0, 0, 0, 0, 0, 0);

    /** Calls that were admitted and have ended, whatever their outcome. */
    public long completed() {
        return succeeded + ignored + dropped;
    }

    /** Calls that came and have ended or were refused for want of capacity: the demand, less what is in flight. */
    public long offered() {
        return completed() + shed;
    }

    /** What was counted since {@code earlier}. */
    public LimiterStats minus(LimiterStats earlier) {
        return new LimiterStats(
                succeeded - earlier.succeeded,
                ignored - earlier.ignored,
                dropped - earlier.dropped,
                shadowed - earlier.shadowed,
                shed - earlier.shed,
                refused - earlier.refused);
    }

    /** The sum of both. */
    public LimiterStats plus(LimiterStats other) {
        return new LimiterStats(
                succeeded + other.succeeded,
                ignored + other.ignored,
                dropped + other.dropped,
                shadowed + other.shadowed,
                shed + other.shed,
                refused + other.refused);
    }
}
