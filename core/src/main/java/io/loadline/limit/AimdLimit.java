/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

/**
 * Additive increase, multiplicative decrease on failures: the rule of TCP Reno. Sees overload only through
 * {@link Outcome#DROPPED}, so it suits callers whose time-outs mean overload. Not thread-safe; confined to its limiter.
 */
public final class AimdLimit implements LimitAlgorithm {
    /*
     * Once per window: any share of dropped calls above the tolerance cuts the limit by the back-off factor; otherwise
     * a limit that was reached grows by one call. Windows, not single calls, since one overload fails many calls and
     * must cut once.
     *
     * [1] D.-M. Chiu, R. Jain, Analysis of the Increase and Decrease Algorithms for Congestion Avoidance, 1989
     */
    private final int initial;
    private final double backoff;
    private final double tolerance;
    private LimitBounds bounds;
    private double limit;

    private AimdLimit(Builder builder) {
        this.bounds = new LimitBounds(builder.min, builder.max);
        this.initial = bounds.clamp(builder.initial);
        this.backoff = builder.backoff;
        this.tolerance = builder.tolerance;
        this.limit = initial;
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public int initialLimit() {
        return initial;
    }

    @Override
    public LimitBounds bounds() {
        return bounds;
    }

    @Override
    public AimdLimit bounds(LimitBounds changed) {
        bounds = changed;
        limit = changed.clamp(limit);
        return this;
    }

    @Override
    public boolean isComplete(LimitWindow window) {
        // Otherwise long enough for baselines to be learned, as under a fixed limit.
        return (window.durationNanos() >= LimitWindow.MIN_NANOS
                        && (window.dropped() > 0 || window.samples() >= LimitWindow.MIN_SAMPLES))
                || window.durationNanos() >= LimitWindow.MAX_NANOS;
    }

    @Override
    public LimitDecision decide(LimitWindow window) {
        String reason = "steady";
        if (window.dropped() > tolerance * window.completed()) {
            limit = bounds.clamp(limit * backoff);
            reason = window.dropped() + " of " + window.completed() + " calls failed for want of capacity";
        } else if (window.binding()) {
            limit = bounds.clamp(limit + 1);
            reason = "the limit was reached and nothing failed";
        }
        return LimitDecision.of((int) Math.round(limit), reason);
    }

    /** Builds AIMD limits. Not thread-safe; may be reused. */
    public static final class Builder {
        private int initial = 20;
        private int min = 1;
        private int max = 200;
        private double backoff = 0.9;
        private double tolerance;

        private Builder() {}

        /**
         * Sets the bounds between which the limit may move, in calls. Default: 1 to 200.
         *
         * @throws IllegalArgumentException if {@code min < 1}, {@code max < min} or {@code max} is above
         *     {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder limits(int min, int max) {
            Limits.check(min, max);
            this.min = min;
            this.max = max;
            return this;
        }

        /**
         * Sets only the lower bound of {@link #limits}.
         *
         * @throws IllegalArgumentException if it is outside 1 to {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder minLimit(int min) {
            Limits.check("min", min);
            this.min = min;
            return this;
        }

        /**
         * Sets only the upper bound of {@link #limits}.
         *
         * @throws IllegalArgumentException if it is outside 1 to {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder maxLimit(int max) {
            Limits.check("max", max);
            this.max = max;
            return this;
        }

        /**
         * Sets the limit to begin with, in calls; it is cut to the bounds. Default: 20.
         *
         * @throws IllegalArgumentException if {@code initial < 1}
         */
        public Builder initialLimit(int initial) {
            checkArgument(initial >= 1, "initialLimit must be at least 1: %s", initial);
            this.initial = initial;
            return this;
        }

        /**
         * Sets what the limit is multiplied with upon failures, 0.5 to below 1. Default: 0.9.
         *
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder backoff(double backoff) {
            checkArgument(backoff >= 0.5 && backoff < 1, "backoff must be at least 0.5 and below 1: %s", backoff);
            this.backoff = backoff;
            return this;
        }

        /**
         * Sets the share of dropped calls that is still no overload, 0 to below 1. Default: 0.
         *
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder tolerance(double tolerance) {
            checkArgument(tolerance >= 0 && tolerance < 1, "tolerance must be at least 0 and below 1: %s", tolerance);
            this.tolerance = tolerance;
            return this;
        }

        /**
         * An algorithm for one limiter.
         *
         * @throws IllegalArgumentException if the bounds, set one by one, contradict each other
         */
        public AimdLimit build() {
            Limits.check(min, max);
            return new AimdLimit(this);
        }
    }
}
