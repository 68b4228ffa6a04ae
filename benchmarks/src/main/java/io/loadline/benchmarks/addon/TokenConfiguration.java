/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import io.loadline.spring.SettingsBuilderCustomizer;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Lets settings be changed by whoever knows what is in the file {@code benchmark.token-file}. */
@Configuration(proxyBeanMethods = false)
public class TokenConfiguration {
    @Bean
    SettingsBuilderCustomizer settingsToken(@Value("${benchmark.token-file}") String file) {
        return settings -> settings.writable(Path.of(file));
    }
}
