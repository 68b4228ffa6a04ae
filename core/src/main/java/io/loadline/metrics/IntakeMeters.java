/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.guard.IntakeGate;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** The meters of a gate before messages. Thread-safe. Registries reference it weakly. */
final class IntakeMeters {
    private final IntakeGate gate;

    IntakeMeters(IntakeGate gate) {
        this.gate = gate;
    }

    /** Whether there is anything to tell. */
    boolean isUsed() {
        return gate.isUsed();
    }

    /** Registers all in {@code registry} and returns them. */
    List<Meter> register(MeterRegistry registry) {
        Meter open = Gauge.builder(LoadlineMeter.INTAKE_OPEN.meterName(), this, self -> self.gate.isOpen() ? 1 : 0)
                .description(LoadlineMeter.INTAKE_OPEN.description())
                .register(registry);
        Meter pauses = FunctionCounter.builder(
                        LoadlineMeter.INTAKE_PAUSES.meterName(), this, self -> self.gate.pauses())
                .description(LoadlineMeter.INTAKE_PAUSES.description())
                .register(registry);
        return List.of(open, pauses);
    }
}
