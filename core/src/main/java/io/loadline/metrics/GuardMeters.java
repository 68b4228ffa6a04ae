/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.DependencyStats;
import io.loadline.guard.GuardRefusal;
import io.loadline.guard.GuardState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The meters of guarded dependencies in one registry, which refers to the guards weakly. Not thread-safe. */
final class GuardMeters {
    private static final Map<String, ToLongFunction<DependencyStats>> RESULTS = Map.of(
            "succeeded", DependencyStats::succeeded,
            "failed", DependencyStats::failed,
            "timed_out", DependencyStats::timedOut,
            "cancelled", DependencyStats::cancelled);

    private final DependencyGuards guards;
    private final MeterRegistry registry;
    private final Set<DependencyGuard> known = new HashSet<>();
    private final List<Meter> meters = new ArrayList<>();

    GuardMeters(DependencyGuards guards, MeterRegistry registry) {
        this.guards = guards;
        this.registry = registry;
    }

    /** Registers the meters of guards that are new. */
    void follow() {
        for (DependencyGuard guard : guards.guards()) {
            if (known.add(guard)) {
                register(guard);
            }
        }
    }

    void remove() {
        meters.forEach(registry::remove);
        meters.clear();
    }

    private void register(DependencyGuard guard) {
        Tags tags = Tags.of("dependency", guard.name());
        RESULTS.forEach((result, count) ->
                counter(LoadlineMeter.DEPENDENCY_CALLS, guard, count::applyAsLong, tags.and("result", result)));
        for (GuardRefusal reason : GuardRefusal.values()) {
            counter(
                    LoadlineMeter.DEPENDENCY_CALLS,
                    guard,
                    stats -> stats.refused().getOrDefault(reason, 0L),
                    tags.and("result", reason.tag()));
        }
        counter(LoadlineMeter.DEPENDENCY_SLOW, guard, DependencyStats::slow, tags);
        meters.add(FunctionTimer.builder(
                        LoadlineMeter.DEPENDENCY_TIME.meterName(),
                        guard,
                        self -> self.stats().ended(),
                        self -> self.stats().waited().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description(LoadlineMeter.DEPENDENCY_TIME.description())
                .tags(tags)
                .register(registry));
        gauge(LoadlineMeter.DEPENDENCY_P99, guard, stats -> seconds(stats), tags);
        gauge(LoadlineMeter.DEPENDENCY_IN_FLIGHT, guard, DependencyStats::inFlight, tags);
        gauge(LoadlineMeter.DEPENDENCY_LIMIT, guard, DependencyStats::concurrency, tags);
        gauge(LoadlineMeter.DEPENDENCY_LOST, guard, DependencyStats::lost, tags);
        gauge(LoadlineMeter.DEPENDENCY_SHARE, guard, DependencyStats::share, tags);
        for (GuardState state : GuardState.values()) {
            gauge(
                    LoadlineMeter.DEPENDENCY_STATE,
                    guard,
                    stats -> stats.state() == state ? 1 : 0,
                    tags.and("state", state.tag()));
        }
    }

    private static double seconds(DependencyStats stats) {
        return stats.p99().isZero() ? Double.NaN : stats.p99().toNanos() / 1e9;
    }

    private void counter(
            LoadlineMeter meter, DependencyGuard guard, ToDoubleFunction<DependencyStats> count, Tags tags) {
        meters.add(FunctionCounter.builder(meter.meterName(), guard, self -> count.applyAsDouble(self.stats()))
                .description(meter.description())
                .tags(tags)
                .register(registry));
    }

    private void gauge(LoadlineMeter meter, DependencyGuard guard, ToDoubleFunction<DependencyStats> value, Tags tags) {
        meters.add(Gauge.builder(meter.meterName(), guard, self -> value.applyAsDouble(self.stats()))
                .description(meter.description())
                .baseUnit(meter.unit())
                .tags(tags)
                .register(registry));
    }
}
