/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.loadline.guard.Degradation;
import io.loadline.guard.DegradationSettings;
import io.loadline.guard.DegradationStatus;
import io.loadline.guard.FeatureOverride;
import io.loadline.guard.FeatureThresholds;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DegradationKnobsTest {
    private static final String PREFIX = "loadline.guard.degradation.";

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private double load = 1;
    private final Degradation degradation = Degradation.builder(heartbeat, () -> load)
            .feature("previews", 0.8)
            .feature("reviews", 1.2, 0.7)
            .feature("export")
            .settle(Duration.ZERO)
            .offAtLeast(Duration.ZERO)
            .calm(Duration.ZERO)
            .build();
    private final DegradationSettings built = degradation.settings();
    private final LiveSettings settings = LiveSettings.builder(heartbeat)
            .environment(Map.of("LOADLINE_GUARD_DEGRADATION_SILENCE", "3m"))
            .part(new DegradationKnobs(degradation))
            .build();

    @Test
    void current_atTheStart_isWhatTheDegradationHas() {
        LoadlineSettings now = settings.current();
        assertThat(now.text(PREFIX + "features.previews.off-above")).isEqualTo("0.8");
        assertThat(now.text(PREFIX + "features.previews.on-below"))
                .as("follows off-above")
                .isNull();
        assertThat(now.text(PREFIX + "features.reviews.on-below")).isEqualTo("0.7");
        assertThat(now.text(PREFIX + "features.export.off-above")).isNull();
        assertThat(now.text(PREFIX + "silence")).isEqualTo("3m");
        assertThat(degradation.settings().silence()).isEqualTo(Duration.ofMinutes(3));
        assertThat(degradation.settings().features()).isEqualTo(built.features());
    }

    @Test
    void thresholds_areChangedTogetherAndRolledBack() {
        beat();
        assertThat(degradation.featuresOn()).containsExactly("reviews", "export");

        change(Map.of("features.previews.off-above", "1.6", "features.export.off-above", "0.9", "calm", "5s"));

        assertThat(degradation.settings().features())
                .containsEntry("previews", FeatureThresholds.offAbove(1.6))
                .containsEntry("export", FeatureThresholds.offAbove(0.9));
        assertThat(degradation.settings().calm()).isEqualTo(Duration.ofSeconds(5));
        assertThat(degradation.featuresOn()).containsExactly("previews", "reviews", "export");
        beat();
        assertThat(degradation.featuresOn()).containsExactly("previews", "reviews");

        settings.rollback(2, "test");
        assertThat(degradation.settings().features()).isEqualTo(built.features());
        assertThat(degradation.settings().calm()).isEqualTo(Duration.ZERO);
    }

    @Test
    void force_holdsWhateverTheLoad_untilItIsTakenBack() {
        change(Map.of("features.export.force", "off", "features.previews.force", "On"));
        beat();

        assertThat(degradation.featuresOn()).containsExactly("previews", "reviews");
        assertThat(override("export")).isEqualTo(FeatureOverride.off("settings", "version 3"));
        assertThat(override("previews")).isEqualTo(FeatureOverride.on("settings", "version 3"));

        change(Map.of("features.export.force", "on"));
        assertThat(override("export")).isEqualTo(FeatureOverride.on("settings", "version 4"));
        change(Map.of("features.export.force", "", "features.previews.force", "default"));
        assertThat(override("export")).isNull();
        assertThat(degradation.featuresOn()).containsExactly("reviews", "export");

        settings.rollback(3, "test");
        assertThat(degradation.featuresOn()).containsExactly("previews", "reviews");
    }

    @Test
    void change_ofOneSetting_leavesWhatCodeDecided() {
        degradation.force("export", FeatureOverride.off("alice", "an incident"));
        degradation.settings(built.feature("reviews", FeatureThresholds.offAbove(3)));

        change(Map.of("settle", "7s", "features.previews.force", "on"));

        assertThat(override("export")).isEqualTo(FeatureOverride.off("alice", "an incident"));
        assertThat(degradation.settings().features()).containsEntry("reviews", FeatureThresholds.offAbove(3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "features.reviews.off-above | 0 | a number above 0",
                "features.reviews.off-above | NaN | a number above 0",
                "features.reviews.on-below | -1 | a number above 0",
                "features.reviews.off-above | 0.6 | on-below must be below off-above",
                "features.previews.on-below | 0.8 | on-below must be below off-above",
                "features.previews.on-below | 0.75 | in the reverse of the order",
                "features.export.on-below | 0.5 | it has no effect unless loadline.guard.degradation.features.export.off-above",
                "features.review.off-above | 1 | there is no such feature; there are [previews, reviews, export]",
                "features.review.force | off | there is no such feature",
                "features.reviews.force | perhaps | on or off, or default",
                "settle | -1s | a duration between 0s and",
                "calm | 2h | a duration between 0s and",
                "features.reviews.priority | 1 | no such setting"
            })
    void change_thatIsNotAllowed_leavesAllAsItWas(String key, String value, String allowed) {
        DegradationSettings before = degradation.settings();

        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> change(Map.of(key, value, "features.export.force", "off", "off-at-least", "1m")));

        assertThat(refused).hasMessageContaining(allowed);
        assertThat(refused.problems()).hasSize(1);
        assertThat(degradation.settings()).isSameAs(before);
        assertThat(degradation.featuresOn()).hasSize(3);
    }

    private void change(Map<String, String> texts) {
        Map<String, String> full = new HashMap<>();
        texts.forEach((key, text) -> full.put(PREFIX + key, text));
        settings.change(full, "test");
    }

    private FeatureOverride override(String name) {
        return degradation.status().features().stream()
                .filter(each -> each.name().equals(name))
                .map(DegradationStatus.Feature::override)
                .reduce(null, (one, other) -> other);
    }

    private void beat() {
        ticker.advance(Duration.ofMillis(100));
        heartbeat.beat();
    }
}
