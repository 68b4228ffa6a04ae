/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.guard.Degradation;
import io.loadline.guard.DegradationStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The meters of optional features; none if there are no features. Thread-safe. Registries reference it weakly. */
final class DegradationMeters {
    private final Degradation degradation;

    DegradationMeters(Degradation degradation) {
        this.degradation = degradation;
    }

    /** Registers all in {@code registry} and returns them. */
    List<Meter> register(MeterRegistry registry) {
        List<Meter> meters = new ArrayList<>();
        List<DegradationStatus.Feature> features = degradation.status().features();
        if (features.isEmpty()) {
            return meters;
        }
        meters.add(Gauge.builder(
                        LoadlineMeter.DEGRADATION_LEVEL.meterName(),
                        this,
                        self -> self.degradation.status().level())
                .description(LoadlineMeter.DEGRADATION_LEVEL.description())
                .register(registry));
        for (int i = 0; i < features.size(); i++) {
            String name = features.get(i).name();
            int place = i;
            meters.add(gauge(
                    LoadlineMeter.DEGRADATION_FEATURE,
                    name,
                    self -> self.at(place).allowed() ? 1 : 0,
                    registry));
            meters.add(gauge(
                    LoadlineMeter.DEGRADATION_FORCED,
                    name,
                    self -> self.at(place).override() == null ? 0 : 1,
                    registry));
            meters.add(FunctionCounter.builder(
                            LoadlineMeter.DEGRADATION_WITHHELD.meterName(),
                            this,
                            self -> self.at(place).withheld())
                    .description(LoadlineMeter.DEGRADATION_WITHHELD.description())
                    .tag("feature", name)
                    .register(registry));
        }
        return meters;
    }

    private Meter gauge(
            LoadlineMeter meter, String feature, ToDoubleFunction<DegradationMeters> value, MeterRegistry registry) {
        return Gauge.builder(meter.meterName(), this, value)
                .description(meter.description())
                .tag("feature", feature)
                .register(registry);
    }

    /** Features keep their place. */
    private DegradationStatus.Feature at(int place) {
        return degradation.status().features().get(place);
    }
}
