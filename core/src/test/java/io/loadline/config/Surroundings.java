/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.availability.Availability;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.FeatureThresholds;
import io.loadline.guard.GuardLimits;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What surrounds a call, in two settings that differ in everything. Thread-safe; its time stands still. */
final class Surroundings {
    private static final String FEATURES = "loadline.guard.degradation.features.";

    /** The quota admits all; previews and related are off by the load of 1, reviews by hand. */
    static final String WIDE = """
            loadline.guard.quota.limit=1000000000
            loadline.guard.quota.period=1h
            loadline.guard.dependencies.inventory.concurrency=1000
            loadline.guard.dependencies.inventory.time-limit=20s
            loadline.guard.degradation.features.previews.off-above=0.5
            loadline.guard.degradation.features.related.off-above=0.5
            loadline.guard.degradation.features.reviews.force=off
            loadline.guard.degradation.features.export.force=on
            loadline.guard.intake.pause-above=3
            loadline.guard.intake.resume-below=2
            """;

    /** Who has used its one permit is refused for a minute; all but export is on. */
    static final Map<String, String> NARROW = Map.ofEntries(
            Map.entry("loadline.guard.quota.limit", "1"),
            Map.entry("loadline.guard.quota.period", "1m"),
            Map.entry("loadline.guard.dependencies.inventory.concurrency", "4"),
            Map.entry("loadline.guard.dependencies.inventory.time-limit", "10s"),
            Map.entry(FEATURES + "previews.off-above", "1.5"),
            Map.entry(FEATURES + "related.off-above", "1.5"),
            Map.entry(FEATURES + "reviews.force", "on"),
            Map.entry(FEATURES + "export.force", "off"),
            Map.entry("loadline.guard.intake.pause-above", "0.5"),
            Map.entry("loadline.guard.intake.resume-below", "0.25"));

    /** Takes the latter back. */
    static final Map<String, String> NOTHING = nothing();

    private static final GuardLimits WIDE_GUARD = new GuardLimits(1_000, Duration.ofSeconds(20));
    private static final GuardLimits NARROW_GUARD = new GuardLimits(4, Duration.ofSeconds(10));

    final Quota quota;
    final DependencyGuards guards;
    final DependencyGuard guard;
    final Degradation degradation;
    final IntakeGate intake;

    Surroundings(Heartbeat heartbeat) {
        this.quota = Quota.builder("api")
                .limit(5, Duration.ofSeconds(1))
                .ticker(heartbeat.ticker())
                .build();
        this.guards = DependencyGuards.builder(heartbeat).build();
        this.guard = guards.guard("inventory");
        this.degradation = Degradation.builder(heartbeat, () -> 1)
                .feature("previews", FeatureThresholds.BY_HAND)
                .feature("related", FeatureThresholds.BY_HAND)
                .feature("reviews")
                .feature("export")
                .settle(Duration.ZERO)
                .offAtLeast(Duration.ZERO)
                .calm(Duration.ZERO)
                .build();
        this.intake = IntakeGate.builder(
                        ConcurrencyLimiter.builder("test")
                                .ticker(heartbeat.ticker())
                                .build(),
                        Availability.create(InstantSource.system()),
                        heartbeat)
                .build();
        heartbeat.beat();
    }

    /** One call, which fails if it sees a part of one setting and a part of the other. */
    void call() throws Exception {
        QuotaDecision decision = quota.tryAcquire("anna");
        if (!decision.admitted()) {
            assertThat(decision.retryAfter()).isEqualTo(Duration.ofMinutes(1));
        }
        Set<String> on = degradation.featuresOn();
        assertThat(on.contains("previews")).isEqualTo(on.contains("related"));
        assertThat(on.contains("reviews")).isNotEqualTo(on.contains("export"));
        IntakeSettings loads = intake.settings();
        assertThat(loads.resumeBelow()).isEqualTo(loads.pauseAbove() == 3 ? 2 : 0.25);
        assertThat(guards.limits().get("inventory")).isIn(WIDE_GUARD, NARROW_GUARD);
        // Refused by neither number of places, with so few threads.
        guard.call(() -> 1);
    }

    void assertWide() {
        assertThat(quota.tryAcquire("anna").admitted()).isTrue();
        assertThat(degradation.featuresOn()).containsExactly("export");
        assertThat(guard.concurrency()).isEqualTo(1_000);
        assertThat(guard.timeLimit()).isEqualTo(Duration.ofSeconds(20));
        assertThat(intake.settings().pauseAbove()).isEqualTo(3);
    }

    void assertNarrow() {
        assertThat(quota.tryAcquire("anna").admitted()).isFalse();
        assertThat(degradation.featuresOn()).containsExactly("previews", "related", "reviews");
        assertThat(guard.concurrency()).isEqualTo(4);
        assertThat(guard.timeLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(intake.settings().pauseAbove()).isEqualTo(0.5);
    }

    private static Map<String, String> nothing() {
        Map<String, String> nothing = new HashMap<>();
        NARROW.keySet().forEach(key -> nothing.put(key, ""));
        return nothing;
    }
}
