/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.config.LiveSettings;

/**
 * Changes which settings may change while the service runs, and by whom. Beans of this type are called by priority, those with
 * the highest first.
 */
@FunctionalInterface
public interface SettingsBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(LiveSettings.Builder builder);
}
