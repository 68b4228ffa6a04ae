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
 *   <li>{@code shadowed} grows when a call ends that ran although {@link Enforcement#ENFORCE} would have refused it
 *       because of the limit or of its criticality; it is counted by its outcome too.
 *   <li>{@code shed} grows when a call is refused because the limit was reached, whether it has waited or not, or nearly
 *       so and the call matters less than others.
 *   <li>{@code refused} grows when a call is refused because the limiter takes no new work.
 *   <li>{@code capped} grows when a call is refused because its route has reached its own cap, or a stream because there
 *       are as many as there may be.
 *   <li>{@code expired} grows when a call is refused because its deadline has passed. It is no demand: more capacity would
 *       not serve it.
 *   <li>{@code shadowCapped} and {@code shadowExpired} grow when one has run although {@link Enforcement#ENFORCE} would
 *       have refused it for that.
 *   <li>{@code repeated} grows when a call that is admitted, waits or is shed says that it is not its caller's first attempt;
 *       it is counted by what becomes of it, too. See {@link CallContext#attempt(int)}.
 * </ul>
 *
 * Counts are read one by one: a snapshot taken under load may be off by the calls in flight.
 *
 * @param succeeded calls that ended with {@link Outcome#SUCCESS}
 * @param ignored calls that ended with {@link Outcome#IGNORED}
 * @param dropped calls that ended with {@link Outcome#DROPPED}
 * @param shadowed calls that ran beyond the limit
 * @param shed calls refused with {@link RejectionReason#LIMIT}, {@link RejectionReason#QUEUE} or
 *     {@link RejectionReason#PRIORITY}
 * @param refused calls refused with {@link RejectionReason#DRAINING}
 * @param capped calls refused with {@link RejectionReason#ROUTE_CAP}
 * @param shadowCapped calls that ran beyond their route's cap
 * @param expired calls refused with {@link RejectionReason#DEADLINE}
 * @param shadowExpired calls that ran after their deadline
 * @param repeated calls that were not the first attempt of their callers
 */
public record LimiterStats(
        long succeeded,
        long ignored,
        long dropped,
        long shadowed,
        long shed,
        long refused,
        long capped,
        long shadowCapped,
        long expired,
        long shadowExpired,
        long repeated) {
    /** Nothing counted. */
    public static final LimiterStats ZERO = new LimiterStats(0, 0, 0, 0, 0, 0);

    /** Counts without any caps, deadlines and further attempts. */
    public LimiterStats(long succeeded, long ignored, long dropped, long shadowed, long shed, long refused) {
        this(succeeded, ignored, dropped, shadowed, shed, refused, 0, 0, 0, 0, 0);
    }

    /** Calls refused for {@code reason}; {@link RejectionReason#LIMIT} stands for all that is {@code shed}. */
    public long refused(RejectionReason reason) {
        return switch (reason) {
            case LIMIT -> shed;
            case ROUTE_CAP -> capped;
            case DRAINING -> refused;
            case DEADLINE -> expired;
            case QUEUE, PRIORITY, QUOTA -> 0;
        };
    }

    /** Calls that ran although {@link Enforcement#ENFORCE} would have refused them for {@code reason}; see {@link #refused}. */
    public long shadowed(RejectionReason reason) {
        return switch (reason) {
            case LIMIT -> shadowed;
            case ROUTE_CAP -> shadowCapped;
            case DEADLINE -> shadowExpired;
            case DRAINING, QUEUE, PRIORITY, QUOTA -> 0;
        };
    }

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
                refused - earlier.refused,
                capped - earlier.capped,
                shadowCapped - earlier.shadowCapped,
                expired - earlier.expired,
                shadowExpired - earlier.shadowExpired,
                repeated - earlier.repeated);
    }

    /** The sum of both. */
    public LimiterStats plus(LimiterStats other) {
        return new LimiterStats(
                succeeded + other.succeeded,
                ignored + other.ignored,
                dropped + other.dropped,
                shadowed + other.shadowed,
                shed + other.shed,
                refused + other.refused,
                capped + other.capped,
                shadowCapped + other.shadowCapped,
                expired + other.expired,
                shadowExpired + other.shadowExpired,
                repeated + other.repeated);
    }
}
