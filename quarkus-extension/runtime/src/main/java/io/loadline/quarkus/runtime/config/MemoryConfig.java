/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.availability.FatalErrors;
import java.time.Duration;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.memory.*}. Immutable. */
public interface MemoryConfig {

    /** Time between two readings. Default: 10s. */
    Optional<Duration> interval();

    /** Time over which memory must stay where it is to be called stable. Default: 10m. */
    Optional<Duration> window();

    /**
     * Memory request the service was deployed with, such as `512Mi`, `512MB`, or bytes. Default: what the environment variable
     * `LOADLINE_MEMORY_REQUEST` says.
     */
    Optional<String> request();

    /**
     * What happens after an `OutOfMemoryError` or another error that the JVM does not recover from: `break` makes liveness
     * fail, `report` counts and logs it, `off` does not look. Default: `break`.
     */
    Optional<FatalErrors.Policy> fatalErrors();
}
