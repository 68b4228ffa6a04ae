/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.availability.Availability;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntakeKnobsTest {
    private static final String PREFIX = "loadline.guard.intake.";

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final IntakeGate gate = IntakeGate.builder(
                    ConcurrencyLimiter.builder("test").ticker(ticker).build(),
                    Availability.create(InstantSource.system()),
                    heartbeat)
            .load(() -> 1)
            .build();
    private final LiveSettings settings = LiveSettings.builder(heartbeat)
            .environment(Map.of("LOADLINE_GUARD_INTAKE_MAX_WAIT", "1s"))
            .part(new IntakeKnobs(gate))
            .build();

    @Test
    void current_atTheStart_isWhatTheGateHas() {
        assertThat(settings.current().text(PREFIX + "pause-above")).isEqualTo("1.1");
        assertThat(settings.current().text(PREFIX + "resume-below")).isNull();
        assertThat(gate.settings()).isEqualTo(IntakeSettings.DEFAULT.maxWait(Duration.ofSeconds(1)));
    }

    @Test
    void change_isAppliedAsOneAndRolledBack() {
        assertThat(gate.isOpen()).isTrue();
        change(Map.of("pause-above", "0.5", "paused-at-least", "9s", "calm", "0s", "max-wait", "2s"));

        assertThat(gate.settings())
                .isEqualTo(new IntakeSettings(0.5, 0.4, Duration.ofSeconds(9), Duration.ZERO, Duration.ofSeconds(2)));
        beat();
        assertThat(gate.isOpen()).isFalse();
        change(Map.of("resume-below", "0.3"));
        assertThat(gate.settings().resumeBelow()).isEqualTo(0.3);

        settings.rollback(2, "test");
        assertThat(gate.settings()).isEqualTo(IntakeSettings.DEFAULT.maxWait(Duration.ofSeconds(1)));
    }

    @Test
    void change_ofOneSetting_leavesWhatCodeChanged() {
        gate.settings(gate.settings().loads(3, 2));

        change(Map.of("calm", "7s"));

        assertThat(gate.settings().pauseAbove()).isEqualTo(3);
        assertThat(gate.settings().calm()).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pause-above | 0 | a number above 0",
                "resume-below | 1.1 | resume-below must be below pause-above",
                "paused-at-least | 11m | a duration between 0s and 10m",
                "calm | -1s | a duration between 0s and 10m",
                "max-wait | 61s | a duration between 0s and 1m",
                "enabled | true | no such setting"
            })
    void change_thatIsNotAllowed_leavesAllAsItWas(String key, String value, String allowed) {
        IntakeSettings before = gate.settings();

        assertThatThrownBy(() -> change(Map.of(key, value)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(allowed);

        assertThat(gate.settings()).isSameAs(before);
    }

    private void change(Map<String, String> texts) {
        Map<String, String> full = new HashMap<>();
        texts.forEach((key, text) -> full.put(PREFIX + key, text));
        settings.change(full, "test");
    }

    private void beat() {
        ticker.advance(Duration.ofMillis(100));
        heartbeat.beat();
    }
}
