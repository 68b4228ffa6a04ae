/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The settings that are fixed when the application is built. Immutable. */
@ConfigMapping(prefix = "quarkus.loadline")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface LoadlineBuildTimeConfig {

    /** What probes are told. */
    Health health();

    /** What probes are told. */
    interface Health {
        /** Whether liveness, readiness and startup checks tell the state of the service, where SmallRye Health is there. */
        @WithDefault("true")
        boolean enabled();
    }
}
