/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

/** What a limiter sees of a service that does nothing by itself. Not thread-safe. */
final class ManualSurroundings implements Guard.Surroundings {
    private double seconds;

    void advance(double more) {
        seconds += more;
    }

    @Override
    public long nanos() {
        return Math.round(seconds * 1e9);
    }

    @Override
    public int cpus() {
        return 4;
    }

    @Override
    public double cpuUtilization() {
        return 0.5;
    }

    @Override
    public long seed() {
        return 1;
    }
}
