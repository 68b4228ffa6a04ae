/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrendTest {
    private final Trend trend = new Trend(20);

    @Test
    void perSecond_inTheFirstSeconds_isUnknown() {
        for (int second = 0; second < 9; second++) {
            trend.add(50, 1);
            assertThat(trend.perSecond()).isNaN();
        }
        trend.add(50, 1);

        assertThat(trend.perSecond()).isCloseTo(0, within(1e-9));
    }

    @Test
    void perSecond_ofARamp_isItsSlope() {
        for (int second = 0; second < 30; second++) {
            trend.add(100 + 3 * second, 1);
        }

        assertThat(trend.perSecond()).isCloseTo(3, within(1e-9));
    }

    @Test
    void perSecond_doesNotDependOnTheLengthOfTheIntervals() {
        double time = 0;
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            double seconds = 0.5 + random.nextDouble();
            trend.add(100 - 2 * (time + seconds / 2), seconds);
            time += seconds;
        }

        assertThat(trend.perSecond()).isCloseTo(-2, within(1e-6));
    }

    @Test
    void perSecond_acrossAGap_isTheSlopeAllTheSame() {
        for (int second = 0; second < 60; second++) {
            if (second >= 40 && second < 45) {
                trend.skip(1);
            } else {
                trend.add(100 + second, 1);
            }
        }

        assertThat(trend.perSecond()).isCloseTo(1, within(1e-9));
    }

    @Test
    void perSecond_afterALongGap_isUnknown() {
        for (int second = 0; second < 60; second++) {
            trend.add(100 + second, 1);
        }
        trend.skip(600);
        assertThat(trend.perSecond()).isNaN();
    }

    @Test
    void perSecond_aMinuteAfterARamp_isFlat() {
        for (int second = 0; second < 200; second++) {
            trend.add(Math.min(second, 100), 1);
        }

        assertThat(trend.perSecond()).isCloseTo(0, within(0.05));
    }

    @Test
    void perSecond_ofAnOldProcess_isExact() {
        for (int second = 0; second < 1_000_000; second++) {
            trend.add(second < 999_700 ? 50 : second - 999_650, 1);
        }

        assertThat(trend.perSecond()).isCloseTo(1, within(0.02));
    }

    @Test
    void clear_beginsAnew() {
        for (int second = 0; second < 30; second++) {
            trend.add(100 + 3 * second, 1);
        }
        trend.clear();
        trend.add(5, 1);

        assertThat(trend.perSecond()).isNaN();
    }
}
