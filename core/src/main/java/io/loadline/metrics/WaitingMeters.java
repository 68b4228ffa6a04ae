/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.limit.ConcurrencyLimiter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The meters of calls that wait to be admitted. Thread-safe. Registries reference it weakly. */
final class WaitingMeters {
    private final ConcurrencyLimiter limiter;

    WaitingMeters(ConcurrencyLimiter limiter) {
        this.limiter = limiter;
    }

    /** Registers all in {@code registry} and returns them. */
    List<Meter> register(MeterRegistry registry) {
        Meter waiting = Gauge.builder(
                        LoadlineMeter.WAITING.meterName(),
                        this,
                        self -> self.limiter.waiting().waiting())
                .description(LoadlineMeter.WAITING.description())
                .baseUnit(LoadlineMeter.WAITING.unit())
                .register(registry);
        Meter waited = FunctionTimer.builder(
                        LoadlineMeter.WAITED.meterName(),
                        this,
                        self -> self.limiter.waiting().admitted(),
                        self -> self.limiter.waiting().waited().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description(LoadlineMeter.WAITED.description())
                .register(registry);
        return List.of(waiting, waited);
    }
}
