/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.spring.internal.DependencySource;
import io.loadline.spring.internal.InvalidSettingException;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Adds what the application depends on to its {@link DependencyChecks}, once all beans are there. Stateless. */
final class ApplicationDependencies implements SmartInitializingSingleton {
    private static final String KEY = "loadline.startup.dependencies";

    private final DependencyChecks dependencies;
    private final List<String> named;
    private final ObjectProvider<DependencyCheck> beans;
    private final ObjectProvider<DependencySource> sources;

    /** {@code named} is the setting {@code loadline.startup.dependencies}, which {@code sources} know. */
    ApplicationDependencies(
            DependencyChecks dependencies,
            List<String> named,
            ObjectProvider<DependencyCheck> beans,
            ObjectProvider<DependencySource> sources) {
        this.dependencies = dependencies;
        this.named = named;
        this.beans = beans;
        this.sources = sources;
    }

    @Override
    public void afterSingletonsInstantiated() {
        beans.orderedStream().forEach(dependencies::add);
        List<DependencyCheck> found = sources.orderedStream()
                .flatMap(source -> source.checks().stream())
                .toList();
        if (found.isEmpty() && !named.isEmpty()) {
            throw new InvalidSettingException(
                    KEY, named, "it needs spring-boot-starter-actuator, whose health contributors it names", null);
        }
        for (DependencyCheck check : found) {
            try {
                dependencies.add(check);
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(KEY, named, String.valueOf(e.getMessage()), e);
            }
        }
    }
}
