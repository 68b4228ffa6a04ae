/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The meters of live settings. Thread-safe. Registries reference it weakly. */
final class SettingsMeters {
    private final LongSupplier version;
    private final Map<String, LongSupplier> changes;

    /** Meters of what has {@code version}, and of changes by result. */
    SettingsMeters(LongSupplier version, Map<String, LongSupplier> changes) {
        this.version = version;
        this.changes = Map.copyOf(changes);
    }

    /** Registers all in {@code registry} and returns them. */
    List<Meter> register(MeterRegistry registry) {
        List<Meter> meters = new ArrayList<>();
        meters.add(Gauge.builder(LoadlineMeter.SETTINGS_VERSION.meterName(), this, self -> self.version.getAsLong())
                .description(LoadlineMeter.SETTINGS_VERSION.description())
                .register(registry));
        changes.forEach((result, count) -> meters.add(
                FunctionCounter.builder(LoadlineMeter.SETTINGS_CHANGES.meterName(), this, self -> count.getAsLong())
                        .description(LoadlineMeter.SETTINGS_CHANGES.description())
                        .tag("result", result)
                        .register(registry)));
        return meters;
    }
}
