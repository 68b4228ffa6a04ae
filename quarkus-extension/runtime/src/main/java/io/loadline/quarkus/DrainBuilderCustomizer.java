/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.drain.DrainCoordinator;

/** Changes how the service's drain is built. Beans of this type are called by priority, after the settings. */
@FunctionalInterface
public interface DrainBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(DrainCoordinator.Builder builder);
}
