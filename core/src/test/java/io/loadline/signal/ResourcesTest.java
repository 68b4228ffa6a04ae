/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.signal.Saturation.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    private static Resources of(Reading... readings) {
        return new Resources(List.of(readings));
    }

    private static Reading reading(Kind kind, double utilization) {
        return new Reading(kind.name(), kind, utilization, "");
    }

    @Test
    void load_isTheLargestShareInUse_andNeverThatOfASymptom() {
        assertThat(of(
                                reading(Kind.USE, 0.4),
                                reading(Kind.PLACES, 0.6),
                                reading(Kind.SYMPTOM, 0.9),
                                reading(Kind.DELAY, 3),
                                reading(Kind.BACKLOG, 2))
                        .load())
                .isEqualTo(0.6);
        assertThat(of(reading(Kind.USE, Double.NaN), reading(Kind.SYMPTOM, 0.9)).load())
                .isNaN();
        assertThat(of().load()).isNaN();
    }

    @Test
    void isUsedUp_byPlaces_onlyIfNoDependencyIsWaitedFor() {
        assertThat(of(reading(Kind.PLACES, 1)).isUsedUp(false)).isTrue();
        assertThat(of(reading(Kind.PLACES, 1)).isUsedUp(true)).isFalse();
        assertThat(of(reading(Kind.PLACES, 1), reading(Kind.USE, 0.9)).isUsedUp(true))
                .isTrue();
        assertThat(of(reading(Kind.SYMPTOM, 0.9)).isUsedUp(true)).isTrue();
        assertThat(of(reading(Kind.BACKLOG, 9)).isUsedUp(false)).isFalse();
        assertThat(of(reading(Kind.USE, 0.84), reading(Kind.SYMPTOM, Double.NaN))
                        .isUsedUp(false))
                .isFalse();
    }

    @Test
    void severalOfOneName_areTheMostUsed_andThoseThatAreKnown() {
        Resources resources = of(
                Reading.unknown("pool", Kind.PLACES, "no meters"),
                new Reading("pool", Kind.PLACES, 0.4, "a"),
                new Reading("pool", Kind.PLACES, 0.7, "b"),
                Reading.unknown("pool", Kind.PLACES, "it fails"));

        assertThat(resources.utilizations()).containsOnlyKeys("pool").containsEntry("pool", 0.7);
        assertThat(resources.details()).containsEntry("pool", "b");
    }

    @Test
    void detail_withoutEnd_isCut() {
        assertThat(new Reading("pool", Kind.PLACES, 0.4, "x".repeat(10_000)).detail())
                .hasSize(200);
    }

    /** A queue can be as long as it likes; of anything else there is not ten times as much as there is. */
    @Test
    void reading_above10_isKnownOfABacklogOnly() {
        Saturation much = Saturation.of("much", () -> 40);
        assertThat(Reading.of("much", Kind.BACKLOG, much).utilization()).isEqualTo(40);
        assertThat(Reading.of("much", Kind.DELAY, much).isKnown()).isFalse();
    }
}
