/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.DependencyCheck;
import io.loadline.spring.internal.DependencySource;
import io.loadline.spring.internal.InvalidSettingException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;

/** Asks health contributors that the settings name. Stateless. */
final class HealthDependencies implements DependencySource {
    static final String KEY = "loadline.startup.dependencies";

    private final List<String> names;
    private final ObjectProvider<HealthContributorRegistry> registry;

    HealthDependencies(List<String> names, ObjectProvider<HealthContributorRegistry> registry) {
        this.names = names;
        this.registry = registry;
    }

    @Override
    public List<DependencyCheck> checks() {
        HealthContributorRegistry contributors = registry.getIfAvailable();
        return names.stream().map(name -> check(name, contributors)).toList();
    }

    private static DependencyCheck check(String name, @Nullable HealthContributorRegistry registry) {
        HealthContributor contributor = registry == null ? null : registry.getContributor(name);
        if (contributor == null) {
            String known = registry == null
                    ? "none"
                    : registry.stream()
                            .map(HealthContributors.Entry::name)
                            .sorted()
                            .collect(Collectors.joining(", "));
            throw new InvalidSettingException(
                    KEY, name, "each is the name of a health contributor, and there are " + known, null);
        }
        return DependencyCheck.builder(name, () -> isUp(contributor)).build();
    }

    private static boolean isUp(HealthContributor contributor) {
        if (contributor instanceof HealthIndicator indicator) {
            Health health = indicator.health();
            Status status = health == null ? Status.UNKNOWN : health.getStatus();
            return !status.equals(Status.DOWN) && !status.equals(Status.OUT_OF_SERVICE);
        }
        return !(contributor instanceof CompositeHealthContributor composite)
                || composite.stream().allMatch(entry -> isUp(entry.contributor()));
    }
}
