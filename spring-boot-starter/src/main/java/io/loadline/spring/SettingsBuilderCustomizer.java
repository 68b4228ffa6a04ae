/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.config.LiveSettings;

/**
 * Changes which settings may change while the service runs, and by whom: where a token is set, the actuator asks for it, too.
 * Beans of this type are called in order.
 */
@FunctionalInterface
public interface SettingsBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(LiveSettings.Builder builder);
}
