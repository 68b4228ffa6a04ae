/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Cumulative counts of the calls of one {@link Criticality}. Immutable. Calls are counted from the first one that is not
 * {@link Criticality#CRITICAL}, or names a cohort, until five minutes after the last, or for good once a route has another
 * criticality; those that come too late always.
 *
 * @param arrived calls that came while the limiter took calls, but those too late or refused beyond their route's cap
 * @param shed calls of these refused with {@link RejectionReason#LIMIT}, {@link RejectionReason#PRIORITY} or
 *     {@link RejectionReason#QUEUE}
 * @param shadowed calls of these that ran although {@link Enforcement#ENFORCE} would have refused them
 * @param expired calls refused with {@link RejectionReason#DEADLINE} or, in shadow mode, that would have been
 */
public record CriticalityStats(long arrived, long shed, long shadowed, long expired) {
    /** Nothing counted. */
    public static final CriticalityStats ZERO = new CriticalityStats(0, 0, 0, 0);

    /** Calls that were admitted, in shadow mode also those that would not have been for want of capacity. */
    public long admitted() {
        return arrived - shed;
    }
}
