/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

/**
 * What a route, or several together, are guaranteed of the limit and may take of it at most. Immutable.
 *
 * <pre>{@code
 * RouteLimits.NONE.share(0.3)          // 30 % of the limit are theirs, whoever else calls
 * RouteLimits.NONE.cap(40)             // never more than 40 at once
 * RouteLimits.NONE.share(0.1).capShare(0.5)
 * }</pre>
 *
 * @param share the part of the limit that is kept for them, 0 to below 1, rounded down to whole calls
 * @param cap the most calls they may have in flight at once; {@link ConcurrencyLimiter#MAX_LIMIT} if there is none
 * @param capShare the same as a part of the limit, above 0 to 1, rounded down to whole calls but at least one; 1 if there
 *     is none
 */
public record RouteLimits(double share, int cap, double capShare) {
    /** Nothing guaranteed and no cap. */
    public static final RouteLimits NONE = new RouteLimits(0, ConcurrencyLimiter.MAX_LIMIT, 1);

    /** So that 0.29 of 100, which is a little less than 29 in binary, is 29. */
    private static final double ROUNDING = 1e-9;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside its range or {@code share} above {@code capShare}
     */
    public RouteLimits {
        checkArgument(share >= 0 && share < 1, "share must be at least 0 and below 1: %s", share);
        checkArgument(
                cap >= 1 && cap <= ConcurrencyLimiter.MAX_LIMIT,
                "cap must be between 1 and %s calls: %s",
                ConcurrencyLimiter.MAX_LIMIT,
                cap);
        checkArgument(capShare > 0 && capShare <= 1, "capShare must be above 0 and at most 1: %s", capShare);
        checkArgument(share <= capShare, "share must not be above capShare: %s > %s", share, capShare);
    }

    /**
     * The same with another guaranteed part of the limit; 0 for none.
     *
     * @throws IllegalArgumentException unless it is at least 0, below 1 and at most {@link #capShare()}
     */
    public RouteLimits share(double changed) {
        return new RouteLimits(changed, cap, capShare);
    }

    /**
     * The same with another cap in calls.
     *
     * @throws IllegalArgumentException unless it is between 1 and {@link ConcurrencyLimiter#MAX_LIMIT}
     */
    public RouteLimits cap(int calls) {
        return new RouteLimits(share, calls, capShare);
    }

    /**
     * The same with another cap as a part of the limit; 1 for none. With a cap in calls, too, the lower one holds.
     *
     * @throws IllegalArgumentException unless it is above 0, at most 1 and at least {@link #share()}
     */
    public RouteLimits capShare(double changed) {
        return new RouteLimits(share, cap, changed);
    }

    /** The calls kept under {@code limit}. */
    int reservedOf(int limit) {
        return Math.min((int) (share * limit + ROUNDING), capOf(limit));
    }

    /** The most calls under {@code limit}; {@link ConcurrencyLimiter#MAX_LIMIT} if there is no cap. */
    int capOf(int limit) {
        return capShare == 1 ? cap : Math.min(cap, Math.max(1, (int) (capShare * limit + ROUNDING)));
    }
}
