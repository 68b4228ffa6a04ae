/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.GuardLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The knobs under {@code loadline.guard.dependencies}: how many calls to a dependency may run at once, and for how long. They
 * hold for guards that are made later, too. Thread-safe.
 */
public final class GuardKnobs implements SettingsPart {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);
    private static final String PREFIX = "loadline.guard.dependencies.*.";
    private static final int MOST_CALLS = 100_000;

    private final DependencyGuards guards;
    private final Knob<Integer> concurrency;
    private final Knob<Duration> timeLimit;

    /** Those of {@code guards}, of which the present ones have what they are to begin with. */
    public GuardKnobs(DependencyGuards guards) {
        this.guards = guards;
        this.concurrency = Knob.integer(PREFIX + "concurrency", 1, MOST_CALLS).starts(() -> {
            Map<String, Integer> starts = new TreeMap<>();
            for (DependencyGuard each : guards.guards()) {
                if (each.hasOwnConcurrency()) {
                    starts.put(each.name(), each.concurrency());
                }
            }
            return starts;
        });
        this.timeLimit = Knob.duration(PREFIX + "time-limit", Duration.ofMillis(1), Duration.ofDays(1))
                .starts(() -> {
                    Map<String, Duration> starts = new TreeMap<>();
                    for (DependencyGuard each : guards.guards()) {
                        starts.put(each.name(), each.timeLimit());
                    }
                    return starts;
                });
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(concurrency, timeLimit);
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        Map<String, GuardLimits> limits = new TreeMap<>(guards.limits());
        Set<String> names = new TreeSet<>();
        for (LoadlineSettings each : List.of(before, after)) {
            names.addAll(each.values(concurrency).keySet());
            names.addAll(each.values(timeLimit).keySet());
        }
        Set<String> changed = new TreeSet<>();
        for (String name : names) {
            GuardLimits were = limits(before, name);
            GuardLimits are = limits(after, name);
            if (!are.equals(were)) {
                GuardLimits present = limits.getOrDefault(name, GuardLimits.NONE);
                boolean calls = !Objects.equals(are.concurrency(), were.concurrency());
                boolean time = !Objects.equals(are.timeLimit(), were.timeLimit());
                limits.put(
                        name,
                        new GuardLimits(
                                calls ? are.concurrency() : present.concurrency(),
                                time ? are.timeLimit() : present.timeLimit()));
                changed.add(name);
            }
        }
        limits.values().removeIf(GuardLimits.NONE::equals);
        guards.limits(limits);
        changed.retainAll(limits.keySet());
        warnOfMissing(changed);
    }

    private GuardLimits limits(LoadlineSettings settings, String name) {
        return new GuardLimits(
                settings.values(concurrency).get(name),
                settings.values(timeLimit).get(name));
    }

    /** Guards are made when code first asks for them, so a name that there is not may be no mistake. */
    private void warnOfMissing(Set<String> names) {
        Set<String> known = new TreeSet<>();
        guards.guards().forEach(each -> known.add(each.name()));
        names.removeAll(known);
        if (!names.isEmpty()) {
            LOG.warn(
                    "Settings: there are no guards of {} yet, so what is set for them waits until there are; there are {}",
                    names,
                    known);
        }
    }
}
