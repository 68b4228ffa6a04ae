/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.startup.StageOutcome;
import io.loadline.startup.StageReport;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupReport;
import io.loadline.startup.StartupStage;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The meters of a start in one registry. Not thread-safe; confined to the binding they belong to. */
final class StartupMeters {
    private final Startup startup;
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Set<String> stages = new HashSet<>();

    /** Registers them, but for those of stages; the registry holds on to {@code startup} weakly. */
    StartupMeters(Startup startup, MeterRegistry registry) {
        this.startup = startup;
        this.registry = registry;
        for (StageOutcome outcome : StageOutcome.values()) {
            gauge(
                    LoadlineMeter.STARTUP_STAGES,
                    report -> report.stages().stream()
                            .filter(stage -> stage.outcome() == outcome)
                            .count(),
                    outcome.name().toLowerCase(Locale.ROOT));
        }
        gauge(
                LoadlineMeter.STARTUP_READY,
                report ->
                        report.readyAfter().map(ready -> ready.toNanos() / 1e9).orElse(Double.NaN));
        gauge(
                LoadlineMeter.STARTUP_PEAK,
                report -> report.peakBytes().isPresent() ? report.peakBytes().getAsLong() : Double.NaN);
        meters.add(FunctionCounter.builder(
                        LoadlineMeter.STARTUP_AHEAD.meterName(),
                        startup,
                        each -> each.report().wentAhead())
                .description(LoadlineMeter.STARTUP_AHEAD.description())
                .register(registry));
    }

    /** Registers those of stages that are new: a plan may be told late. */
    void follow() {
        for (StartupStage stage : startup.plan().stages()) {
            if (stages.add(stage.name())) {
                stage(
                        LoadlineMeter.STARTUP_STAGE_DURATION,
                        stage.name(),
                        each -> each.took().toNanos() / 1e9);
                stage(
                        LoadlineMeter.STARTUP_STAGE_WAIT,
                        stage.name(),
                        each -> each.waited().toNanos() / 1e9);
                stage(LoadlineMeter.STARTUP_STAGE_MEMORY, stage.name(), StageReport::tookBytes);
            }
        }
    }

    void remove() {
        meters.forEach(registry::remove);
    }

    private void stage(LoadlineMeter meter, String name, ToDoubleFunction<StageReport> value) {
        gauge(
                meter,
                report -> report.stages().stream()
                        .filter(stage -> stage.name().equals(name))
                        .mapToDouble(value)
                        .findAny()
                        .orElse(Double.NaN),
                name);
    }

    private void gauge(LoadlineMeter meter, ToDoubleFunction<StartupReport> value, String... tagValues) {
        Gauge.Builder<Startup> gauge = Gauge.builder(
                        meter.meterName(), startup, each -> value.applyAsDouble(each.report()))
                .description(meter.description())
                .baseUnit(meter.unit());
        String[] keys = meter.tagKeys();
        for (int i = 0; i < keys.length; i++) {
            gauge.tag(keys[i], tagValues[i]);
        }
        meters.add(gauge.register(registry));
    }
}
