/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import java.time.Duration;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.slo.*}. Immutable. */
public interface SloConfig {

    /** Time within which a request is good. Default: nothing is promised, and nothing counted. */
    Optional<Duration> latency();

    /** Share of requests that is to be good, above 0 and below 1. Default: 0.999. */
    Optional<Double> objective();
}
