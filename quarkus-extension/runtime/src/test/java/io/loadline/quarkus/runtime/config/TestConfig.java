/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings as Quarkus reads them, without an application. */
public final class TestConfig {
    private TestConfig() {}

    /** The settings with these, such as {@code limit.max=9}, separated by semicolons. */
    public static LoadlineConfig of(String settings) {
        Map<String, String> properties = new HashMap<>();
        for (String each : settings.split(";")) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                properties.put(LoadlineConfig.PREFIX + each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return new SmallRyeConfigBuilder()
                .withMapping(LoadlineConfig.class)
                .withConverter(java.time.Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(LoadlineConfig.class);
    }
}
