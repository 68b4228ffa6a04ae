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
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Registers the meters of a start. Not thread-safe; confined to the binding that asks for it. */
final class StartupMeters {
    private final Startup startup;
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();

    private StartupMeters(Startup startup, MeterRegistry registry) {
        this.startup = startup;
        this.registry = registry;
    }

    /** Registers them; the registry holds on to {@code startup} weakly. */
    static List<Meter> register(Startup startup, MeterRegistry registry) {
        return new StartupMeters(startup, registry).register();
    }

    private List<Meter> register() {
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
        List<StartupStage> stages = startup.plan().stages();
        for (int i = 0; i < stages.size(); i++) {
            String name = stages.get(i).name();
            stage(
                    LoadlineMeter.STARTUP_STAGE_DURATION,
                    i,
                    name,
                    stage -> stage.took().toNanos() / 1e9);
            stage(
                    LoadlineMeter.STARTUP_STAGE_WAIT,
                    i,
                    name,
                    stage -> stage.waited().toNanos() / 1e9);
            stage(LoadlineMeter.STARTUP_STAGE_MEMORY, i, name, StageReport::tookBytes);
        }
        return meters;
    }

    /** A report has the stages of the plan, in its order. */
    private void stage(LoadlineMeter meter, int place, String name, ToDoubleFunction<StageReport> value) {
        gauge(meter, report -> value.applyAsDouble(report.stages().get(place)), name);
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
