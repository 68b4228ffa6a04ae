/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SlowBaselineTest {
    private final SlowBaseline baseline = new SlowBaseline();

    @Test
    void nanos_untilOneIsKnown_areZero() {
        baseline.follow(0, 1);
        assertThat(baseline.nanos()).isZero();

        baseline.follow(1_000, 1);
        assertThat(baseline.nanos()).isEqualTo(1_000);
    }

    @Test
    void nanos_whenTheBaselineIsForgotten_stay() {
        baseline.follow(1_000, 1);
        baseline.follow(0, 1);

        assertThat(baseline.nanos()).isEqualTo(1_000);
    }

    @Test
    void nanos_upward_hardlyMoveInMinutesAndGetThereInHours() {
        baseline.follow(1_000, 1);
        seconds(180, 2_000);
        assertThat(baseline.nanos()).isLessThan(1_100);

        seconds(3 * 3_600, 2_000);
        assertThat(baseline.nanos()).isCloseTo(2_000, within(5.0));
    }

    /** A dependency that takes 600 ms instead of 20 for two minutes. */
    @Test
    void nanos_thirtyfold_riseByLessThanThirtyPercentInTwoMinutes() {
        baseline.follow(20_000, 1);
        seconds(120, 600_000);

        assertThat(baseline.nanos()).isBetween(20_000.0, 26_000.0);
    }

    @Test
    void nanos_downward_areThereWithinAMinute() {
        baseline.follow(5_000, 1);
        seconds(60, 1_000);

        assertThat(baseline.nanos()).isCloseTo(1_000, within(20.0));
    }

    @Test
    void nanos_doNotDependOnTheLengthOfTheTicks() {
        SlowBaseline other = new SlowBaseline();
        baseline.follow(1_000, 1);
        other.follow(1_000, 1);
        seconds(60, 3_000);
        other.follow(3_000, 60);

        assertThat(other.nanos()).isCloseTo(baseline.nanos(), within(0.01));
    }

    private void seconds(int count, long nanos) {
        for (int i = 0; i < count; i++) {
            baseline.follow(nanos, 1);
        }
    }
}
