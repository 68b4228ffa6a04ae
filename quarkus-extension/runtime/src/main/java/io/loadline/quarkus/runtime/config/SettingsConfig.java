/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import java.util.Optional;

/** The settings under {@code quarkus.loadline.settings.*}. Immutable. */
public interface SettingsConfig {

    /**
     * Directory, such as a mounted ConfigMap, whose files change settings while the service runs: each named like a setting of
     * the library, without `quarkus.`, or `loadline.properties` with any number of them. Default: none.
     */
    Optional<String> watch();
}
