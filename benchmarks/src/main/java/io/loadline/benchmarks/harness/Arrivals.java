/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.util.SplittableRandom;

/** How the requests of an open loop are spread in time. */
public enum Arrivals {
    /** Equal gaps. */
    FIXED,
    /** Exponentially distributed gaps: many independent clients. */
    POISSON;

    double gapNanos(double ratePerSecond, SplittableRandom random) {
        double meanNanos = 1e9 / ratePerSecond;
        return switch (this) {
            case FIXED -> meanNanos;
            case POISSON -> -Math.log(1 - random.nextDouble()) * meanNanos;
        };
    }
}
