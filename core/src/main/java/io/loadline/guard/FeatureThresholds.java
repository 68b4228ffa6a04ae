/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

/**
 * At which load a feature goes off and comes back. Immutable.
 *
 * @param offAbove the load above which it goes off, above 0; infinite if it goes off by hand only
 * @param onBelow the load below which it may come back, above 0 and below {@code offAbove}; infinite if that is
 */
public record FeatureThresholds(double offAbove, double onBelow) {
    /** It goes off and comes back by hand only. */
    public static final FeatureThresholds BY_HAND =
            new FeatureThresholds(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    private static final double DEFAULT_RATIO = 0.75;

    /**
     * Checks that they leave room between each other.
     *
     * @throws IllegalArgumentException unless {@code 0 < onBelow < offAbove}, or both are infinite
     */
    public FeatureThresholds {
        checkArgument(offAbove > 0, "offAbove must be above 0: %s", offAbove);
        checkArgument(onBelow > 0, "onBelow must be above 0, or the feature never comes back: %s", onBelow);
        checkArgument(
                Double.isInfinite(offAbove) ? Double.isInfinite(onBelow) : onBelow < offAbove,
                "onBelow must be below offAbove, or both infinite: %s, %s",
                onBelow,
                offAbove);
    }

    /**
     * It goes off above this load, and comes back below three quarters of it.
     *
     * @throws IllegalArgumentException unless {@code offAbove} is finite and above 0
     */
    public static FeatureThresholds offAbove(double offAbove) {
        checkArgument(
                offAbove > 0 && offAbove < Double.POSITIVE_INFINITY,
                "offAbove must be finite and above 0: %s",
                offAbove);
        return new FeatureThresholds(offAbove, DEFAULT_RATIO * offAbove);
    }

    boolean byHand() {
        return Double.isInfinite(offAbove);
    }
}
