/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadStatsTest {
    @Test
    void goodWithin_countsGoodAnswersThatCameInTime() {
        LoadStats stats = new LoadStats();
        stats.ended(Outcome.OK, Duration.ofMillis(100).toNanos());
        stats.ended(Outcome.OK, Duration.ofMillis(500).toNanos());
        stats.ended(Outcome.OK, Duration.ofMillis(510).toNanos());
        stats.ended(Outcome.SHED, Duration.ofMillis(1).toNanos());
        stats.ended(Outcome.TIMEOUT, Duration.ofMillis(200).toNanos());
        assertThat(stats.goodWithin(Duration.ofMillis(500))).isEqualTo(2);
        assertThat(stats.goodWithin(Duration.ofMillis(50))).isZero();
    }
}
