/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.smallrye.config.WithDefault;

/** The settings under {@code quarkus.loadline.observation.*}. Immutable. */
public interface ObservationConfig {

    /**
     * Whether the application's ObservationRegistry, if it has one, is told of requests that wait or are refused, of drains and
     * of breakers.
     */
    @WithDefault("true")
    boolean enabled();
}
