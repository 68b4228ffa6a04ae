/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

/** A limit that never moves. Immutable. */
public final class FixedLimit implements LimitAlgorithm {
    private final int limit;

    private FixedLimit(int limit) {
        this.limit = limit;
    }

    /**
     * A limit of {@code limit} calls.
     *
     * @throws IllegalArgumentException unless {@code limit} is between 1 and {@link ConcurrencyLimiter#MAX_LIMIT}
     */
    public static FixedLimit of(int limit) {
        checkArgument(
                limit >= 1 && limit <= ConcurrencyLimiter.MAX_LIMIT,
                "limit must be between 1 and %s: %s",
                ConcurrencyLimiter.MAX_LIMIT,
                limit);
        return new FixedLimit(limit);
    }

    @Override
    public int initialLimit() {
        return limit;
    }

    @Override
    public LimitBounds bounds() {
        return new LimitBounds(limit, limit);
    }

    /**
     * Another fixed limit.
     *
     * @throws IllegalArgumentException unless both bounds are the same
     */
    @Override
    public FixedLimit bounds(LimitBounds changed) {
        checkArgument(
                changed.min() == changed.max(),
                "a fixed limit must have equal bounds: %s and %s",
                changed.min(),
                changed.max());
        return of(changed.min());
    }

    @Override
    public boolean isComplete(LimitWindow window) {
        // Windows still end, so that baselines, and with them the signal, are learned under a fixed limit too.
        return (window.durationNanos() >= LimitWindow.MIN_NANOS && window.samples() >= LimitWindow.MIN_SAMPLES)
                || window.durationNanos() >= LimitWindow.MAX_NANOS;
    }

    @Override
    public LimitDecision decide(LimitWindow window) {
        return LimitDecision.of(limit, "fixed");
    }
}
