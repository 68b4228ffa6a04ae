/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.DependencyStatus;
import io.loadline.spring.internal.DependencySource;
import io.loadline.spring.internal.InvalidSettingException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Asks what the application depends on, once all its beans are there. Thread-safe. */
final class ApplicationDependencies implements SmartInitializingSingleton, DisposableBean {
    private final Loadline loadline;
    private final List<String> named;
    private final ObjectProvider<DependencyCheck> checks;
    private final ObjectProvider<DependencySource> sources;

    /** Written once, before the server listens; null if there is nothing to ask. */
    private volatile @Nullable DependencyChecks running;

    /** {@code named} is the setting {@code loadline.startup.dependencies}, which {@code sources} know. */
    ApplicationDependencies(
            Loadline loadline,
            List<String> named,
            ObjectProvider<DependencyCheck> checks,
            ObjectProvider<DependencySource> sources) {
        this.loadline = loadline;
        this.named = named;
        this.checks = checks;
        this.sources = sources;
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<DependencyCheck> all = Stream.concat(
                        checks.orderedStream(), sources.orderedStream().flatMap(source -> source.checks().stream()))
                .toList();
        if (all.isEmpty() && !named.isEmpty()) {
            throw new InvalidSettingException(
                    "loadline.startup.dependencies",
                    named,
                    "it names health contributors: add spring-boot-starter-actuator, or leave its probes enabled",
                    null);
        }
        if (!all.isEmpty()) {
            running = DependencyChecks.create(all, loadline.availability(), loadline.heartbeat());
        }
    }

    /** What is known of each dependency. */
    List<DependencyStatus> statuses() {
        DependencyChecks asked = running;
        return asked == null ? List.of() : asked.statuses();
    }

    @Override
    public void destroy() {
        DependencyChecks asked = running;
        if (asked != null) {
            asked.close();
        }
    }
}
