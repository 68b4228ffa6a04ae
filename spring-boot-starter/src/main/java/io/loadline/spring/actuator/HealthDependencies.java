/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.DependencyCheck;
import io.loadline.spring.internal.DependencySource;
import io.loadline.spring.internal.InvalidSettingException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;

/** Asks health contributors that the settings name. Stateless. */
final class HealthDependencies implements DependencySource {
    static final String KEY = "loadline.startup.dependencies";

    /** Somebody else wrote the check: it may open a connection first, and a start can wait for that. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The service would wait for itself. */
    private static final Set<String> OWN_STATES = Set.of("livenessState", "readinessState", "startupState");

    private final List<String> names;
    private final ObjectProvider<HealthContributorRegistry> blocking;
    private final ObjectProvider<ReactiveHealthContributorRegistry> reactive;

    HealthDependencies(
            List<String> names,
            ObjectProvider<HealthContributorRegistry> blocking,
            ObjectProvider<ReactiveHealthContributorRegistry> reactive) {
        this.names = names;
        this.blocking = blocking;
        this.reactive = reactive;
    }

    @Override
    public List<DependencyCheck> checks() {
        HealthContributors all = HealthContributors.of(Stream.concat(
                        blocking.stream(), reactive.stream().map(ReactiveHealthContributors::asHealthContributors))
                .toArray(HealthContributors[]::new));
        return names.stream().map(name -> check(name, all)).toList();
    }

    private static DependencyCheck check(String name, HealthContributors all) {
        HealthContributor contributor = OWN_STATES.contains(name) ? null : all.getContributor(name);
        if (contributor == null) {
            String known = all.stream()
                    .map(HealthContributors.Entry::name)
                    .filter(each -> !OWN_STATES.contains(each))
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new InvalidSettingException(
                    KEY,
                    name,
                    "each is the name of a health contributor, and there are " + (known.isEmpty() ? "none" : known),
                    null);
        }
        return DependencyCheck.builder(name, () -> isUp(contributor))
                .timeout(TIMEOUT)
                .build();
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
