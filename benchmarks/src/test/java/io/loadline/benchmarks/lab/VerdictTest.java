/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.benchmarks.lab.Scenario.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Scenario STEP = new Scenario(
            "Step",
            "Of this test",
            4,
            Duration.ofSeconds(5),
            Scenario.Clients.of(null, null, null, null),
            1,
            List.of(),
            List.of(),
            List.of(phase(20, 100), phase(30, 300)));

    private static Phase phase(int seconds, double rate) {
        return new Phase(
                Duration.ofSeconds(seconds),
                rate,
                null,
                false,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                null,
                null);
    }

    /** A hundred good requests a second but for some seconds, in which there are so many. */
    private static Score score(int from, int to, int good) {
        Score score = new Score(STEP, new Timeline(STEP));
        for (int second = 0; second < 50; second++) {
            int number = second >= from && second < to ? good : 100;
            for (int i = 0; i < 100; i++) {
                score.arrived(second * SECOND);
                if (i < number) {
                    score.good(second * SECOND);
                }
            }
        }
        return score;
    }

    private static Verdict verdict(int from, int to, int good) {
        return Verdict.of(STEP, score(from, to, good), score(0, 0, 0));
    }

    @Test
    void verdict_asGoodAsCanBe() {
        Verdict verdict = verdict(0, 0, 0);
        assertThat(verdict.goodput()).isEqualTo(1);
        assertThat(verdict.settleSeconds()).isZero();
        assertThat(verdict.stepSeconds()).isZero();
        assertThat(verdict.worstTenSeconds()).isEqualTo(1);
    }

    @Test
    void verdict_whatIsBeforeTheWarmUpEnds_doesNotCount() {
        assertThat(verdict(0, 5, 0).goodput()).isEqualTo(1);
        assertThat(verdict(0, 5, 0).worstTenSeconds()).isEqualTo(1);
    }

    @Test
    void verdict_badSecondsAfterAStep_areTheTimeToSettle() {
        Verdict verdict = verdict(20, 24, 50);
        assertThat(verdict.goodput()).isEqualTo(1 - 200 / 4500.0);
        // The window that begins in the last bad second is still 17 % short.
        assertThat(verdict.stepSeconds()).isEqualTo(4);
        assertThat(verdict.worstTenSeconds()).isEqualTo(0.8);
    }

    @Test
    void verdict_aFewBadSecondsLater_areNotTheTimeToSettle() {
        assertThat(verdict(40, 42, 0).stepSeconds()).isZero();
    }

    @Test
    void verdict_collapseLater_hasNotSettled() {
        assertThat(verdict(35, 50, 0).stepSeconds()).isEqualTo(30);
    }

    @Test
    void verdict_neverNear_isAsLongAsThePhase() {
        assertThat(verdict(20, 50, 50).stepSeconds()).isEqualTo(30);
        assertThat(verdict(20, 50, 50).worstTenSeconds()).isEqualTo(0.5);
    }
}
