/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.guard.Degradation;

/** Changes how the features that are given up under load are built. Beans of this type are called by priority, after the settings. */
@FunctionalInterface
public interface DegradationBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(Degradation.Builder builder);
}
