/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.startup.StartupPlan;

/**
 * Changes how the plan of the service's start is built. Beans of this type are called by priority, after the settings and
 * the application's stages.
 */
@FunctionalInterface
public interface StartupBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(StartupPlan.Builder builder);
}
