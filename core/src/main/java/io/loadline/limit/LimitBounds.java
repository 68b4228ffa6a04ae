/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * The bounds between which a limit may move, in calls. Immutable.
 *
 * @param min the lowest limit, 1 to {@link ConcurrencyLimiter#MAX_LIMIT}
 * @param max the highest limit, {@code min} to {@link ConcurrencyLimiter#MAX_LIMIT}
 */
public record LimitBounds(int min, int max) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a bound is outside its range
     */
    public LimitBounds {
        Limits.check(min, max);
    }

    /** The limit within these bounds that is nearest to {@code limit}. */
    public int clamp(int limit) {
        return Math.max(min, Math.min(max, limit));
    }

    double clamp(double limit) {
        return Math.max(min, Math.min(max, limit));
    }
}
