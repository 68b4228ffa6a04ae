/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.hpa.Behavior;
import io.loadline.benchmarks.hpa.ReplicaCalculator;
import io.loadline.benchmarks.hpa.Tolerance;
import java.time.Duration;

/**
 * The times of the controller and of what it looks at, Kubernetes' defaults or all of them shorter. Immutable.
 *
 * <p>What they are not shorter for are the service's own times: starts, the means of its load, the calls.
 *
 * @param faster by how much; scenarios are shorter by the same
 */
record Pace(int faster) {
    static final Pace DEFAULTS = new Pace(1);
    static final Pace SHORTENED = new Pace(5);

    /** How often the controller looks. */
    Duration sync() {
        return seconds(15);
    }

    /** How often Prometheus asks. */
    Duration scrape() {
        return seconds(5);
    }

    /** Over which time CPU is averaged: the resolution of the metrics server. */
    Duration cpuWindow() {
        return seconds(15);
    }

    Behavior behavior() {
        return Behavior.defaults(faster);
    }

    ReplicaCalculator calculator() {
        return new ReplicaCalculator(Tolerance.DEFAULT, seconds(300), seconds(30));
    }

    private Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds).dividedBy(faster);
    }
}
