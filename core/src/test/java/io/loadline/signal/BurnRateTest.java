/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.limit.SloCounts;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BurnRateTest {
    private static final double BUDGET = 0.001;

    private final BurnRate rate = new BurnRate(SloReport.Window.FIVE_MINUTES);

    /** Near the end of what a ticker can tell, which wraps. */
    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100);

    private SloCounts counts = SloCounts.ZERO;

    /** So many a second. */
    private double tick(int good, int bad, int seconds) {
        double burning = Double.NaN;
        for (int i = 0; i < seconds; i++) {
            now += TimeUnit.SECONDS.toNanos(1);
            counts = counts.plus(new SloCounts(good, bad));
            burning = rate.tick(now, counts, BUDGET);
        }
        return burning;
    }

    @Test
    void rate_untilTheWindowIsOver_isUnknown() {
        assertThat(tick(99, 1, 300)).isNaN();
        assertThat(tick(99, 1, 1)).isCloseTo(10, within(1e-9));
        assertThat(tick(99, 1, 1_000)).isCloseTo(10, within(1e-9));
    }

    @Test
    void rate_afterTheTrouble_isZeroWhenTheWindowIsOver() {
        assertThat(tick(50, 50, 400)).isCloseTo(500, within(1e-9));
        assertThat(tick(100, 0, 150)).isCloseTo(250, within(10.0));
        assertThat(tick(100, 0, 149)).isPositive();
        assertThat(tick(100, 0, 12)).isZero();
    }

    @Test
    void rate_whereNothingIsGood_isAllOfTheBudgetAtOnce() {
        assertThat(tick(0, 1, 400)).isCloseTo(1 / BUDGET, within(1e-6));
    }

    @Test
    void rate_ofFewCalls_isUnknown() {
        assertThat(tick(0, 0, 400)).isNaN();
        assertThat(tick(1, 0, 90)).isNaN();
        assertThat(tick(1, 0, 20)).isZero();
    }

    /** The process stood still for an hour: the counts of before are the youngest that are old enough. */
    @Test
    void rate_acrossAGap_isThatSinceTheGapBegan() {
        // At its end the counts are kept.
        assertThat(tick(100, 0, 391)).isZero();
        now += TimeUnit.HOURS.toNanos(1);
        assertThat(tick(50, 50, 2)).isCloseTo(500, within(10.0));
        assertThat(tick(100, 0, 312)).isZero();
    }
}
