/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The settings that are read when the service starts. What is not set is left to the defaults of the library. Immutable. */
@ConfigMapping(prefix = "quarkus.loadline")
@ConfigRoot(phase = ConfigPhase.RUN_TIME)
public interface LoadlineConfig {
    /** Where all of them are. */
    String PREFIX = "quarkus.loadline.";

    /**
     * Whether Loadline does anything at all. If not, requests are not looked at, and startup stages run while the application
     * starts.
     */
    @WithDefault("true")
    boolean enabled();

    /** Name of the service in logs, meters and explanations. Default: `quarkus.application.name`. */
    Optional<String> name();

    /** How many requests are admitted at once. */
    LimitConfig limit();

    /** How the service leaves. */
    DrainConfig drain();

    /** How the service starts. */
    StartupConfig startup();

    /** How the service's memory is watched. */
    MemoryConfig memory();

    /** What surrounds requests beside the limit: quotas of clients, guards of dependencies, features that are given up. */
    GuardConfig guard();

    /** What is promised to who calls. */
    SloConfig slo();

    /** What autoscalers are told. */
    SignalConfig signal();

    /** What may change while the service runs. */
    SettingsConfig settings();

    /** What traces are told. */
    ObservationConfig observation();

    /** Which responses tell load balancers how loaded the service is. */
    OrcaConfig orca();
}
