/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.advice.Checklist;
import io.loadline.advice.MemoryAdvisor;
import io.loadline.advice.MemoryReport;
import io.loadline.advice.SizingAdvice;
import io.loadline.availability.FatalErrors;
import io.loadline.memory.MemoryReading;
import io.loadline.memory.MemoryState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The meters of memory and of the advice about it. Thread-safe. Registries reference it weakly. */
final class MemoryMeters {
    private final MemoryAdvisor advisor;
    private final FatalErrors errors;

    MemoryMeters(MemoryAdvisor advisor, FatalErrors errors) {
        this.advisor = advisor;
        this.errors = errors;
    }

    /** Registers all in {@code registry} and returns them. */
    List<Meter> register(MeterRegistry registry) {
        List<Meter> meters = new ArrayList<>();
        for (MemoryState state : MemoryState.values()) {
            meters.add(gauge(
                    registry,
                    LoadlineMeter.MEMORY_STATE,
                    report -> report.memory().state() == state ? 1 : 0,
                    tag(state)));
        }
        meters.add(reading(registry, LoadlineMeter.MEMORY_FOOTPRINT, MemoryReading::footprintBytes));
        meters.add(reading(registry, LoadlineMeter.MEMORY_LIMIT, MemoryReading::limitBytes));
        meters.add(reading(registry, LoadlineMeter.MEMORY_HEADROOM, MemoryReading::cgroupHeadroomBytes, "cgroup"));
        meters.add(reading(registry, LoadlineMeter.MEMORY_HEADROOM, MemoryReading::heapHeadroomBytes, "heap"));
        meters.add(reading(registry, LoadlineMeter.MEMORY_HEADROOM, MemoryReading::nodeHeadroomBytes, "node"));
        meters.add(reading(registry, LoadlineMeter.MEMORY_LIVE, MemoryReading::heapLiveBytes));
        meters.add(gauge(
                registry,
                LoadlineMeter.MEMORY_PRESSURE,
                report -> report.memory().reading().pressure().orElse(Double.NaN)));
        meters.add(gauge(
                registry,
                LoadlineMeter.MEMORY_GROWTH,
                report -> report.memory().footprintTrend().bytesPerHour(),
                "footprint"));
        meters.add(gauge(
                registry,
                LoadlineMeter.MEMORY_GROWTH,
                report -> report.memory().liveTrend().bytesPerHour(),
                "heap"));
        meters.add(advice(registry, SizingAdvice::requestBytes, "request"));
        meters.add(advice(registry, SizingAdvice::limitBytes, "limit"));
        meters.add(advice(registry, SizingAdvice::heapBytes, "heap"));
        for (Checklist.Question question : Checklist.Question.values()) {
            meters.add(gauge(
                    registry,
                    LoadlineMeter.MEMORY_CHECK,
                    report -> number(report.checklist().item(question).answer()),
                    tag(question)));
        }
        meters.add(counter(
                registry,
                LoadlineMeter.MEMORY_LIMIT_CHANGES,
                self -> self.advisor.report().memory().limitChanges()));
        meters.add(counter(registry, LoadlineMeter.FATAL_ERRORS, self -> self.errors.count()));
        return meters;
    }

    private Meter reading(
            MeterRegistry registry, LoadlineMeter meter, Function<MemoryReading, OptionalLong> value, String... tag) {
        return gauge(
                registry, meter, report -> orNan(value.apply(report.memory().reading())), tag);
    }

    private Meter advice(MeterRegistry registry, Function<SizingAdvice, OptionalLong> value, String size) {
        return gauge(registry, LoadlineMeter.MEMORY_ADVICE, report -> orNan(value.apply(report.advice())), size);
    }

    private Meter gauge(
            MeterRegistry registry, LoadlineMeter meter, ToDoubleFunction<MemoryReport> value, String... tagValues) {
        Gauge.Builder<MemoryMeters> gauge = Gauge.builder(
                        meter.meterName(), this, self -> value.applyAsDouble(self.advisor.report()))
                .description(meter.description())
                .baseUnit(meter.unit());
        String[] keys = meter.tagKeys();
        for (int i = 0; i < keys.length; i++) {
            gauge.tag(keys[i], tagValues[i]);
        }
        return gauge.register(registry);
    }

    private Meter counter(MeterRegistry registry, LoadlineMeter meter, ToDoubleFunction<MemoryMeters> count) {
        return FunctionCounter.builder(meter.meterName(), this, count)
                .description(meter.description())
                .register(registry);
    }

    private static double number(Checklist.Answer answer) {
        return switch (answer) {
            case YES -> 1;
            case NO -> 0;
            case NOT_YET -> Double.NaN;
        };
    }

    private static double orNan(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : Double.NaN;
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
