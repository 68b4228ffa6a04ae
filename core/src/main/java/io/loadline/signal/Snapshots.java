/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.availability.StateChange;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Makes snapshots of moments in which nothing is measured. Immutable. */
final class Snapshots {
    private final ConcurrencyLimiter limiter;
    private final InstantSource clock;

    Snapshots(ConcurrencyLimiter limiter, InstantSource clock) {
        this.limiter = limiter;
        this.clock = clock;
    }

    /** The first one. */
    SignalSnapshot first(StateChange change, Forecast forecast, SloReport slo) {
        return new SignalSnapshot(
                clock.instant(),
                change,
                Validity.of(change.to(), false),
                Double.NaN,
                forecast,
                Double.NaN,
                0,
                Double.NaN,
                0,
                Double.NaN,
                limiter.limit(),
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                limiter.streams().open(),
                LimiterStats.ZERO,
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                "none",
                clock.instant(),
                List.of(),
                ProcessFigures.UNKNOWN,
                Map.of(),
                ShadowReport.NONE,
                slo);
    }

    /** One of now that has from {@code old} what is measured. */
    SignalSnapshot following(SignalSnapshot old, StateChange change, PublishedLoad.Loads published) {
        return new SignalSnapshot(
                clock.instant(),
                change,
                published.validity(),
                published.load(),
                old.forecast(),
                published.requestLoad(),
                old.demand(),
                old.capacity(),
                old.arrivalRate(),
                old.arrivalTrend(),
                limiter.limit(),
                old.limitReason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                limiter.streams().open(),
                old.stats(),
                old.routes(),
                old.workloads(),
                old.saturations(),
                old.saturationDetails(),
                old.bottleneck(),
                old.bottleneckSince(),
                old.queues(),
                old.process(),
                old.criticalities(),
                old.shadow(),
                old.slo());
    }
}
