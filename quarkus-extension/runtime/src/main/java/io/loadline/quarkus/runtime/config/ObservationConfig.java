/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.smallrye.config.WithDefault;

/** The settings under {@code quarkus.loadline.observation.*}. Immutable. */
public interface ObservationConfig {

    /**
     * Whether the application's ObservationRegistry, if it has such a bean, is told of drains, of breakers, and of what becomes
     * of requests. Quarkus makes no observations of requests itself: those are told for which code of yours has one under way.
     */
    @WithDefault("true")
    boolean enabled();
}
