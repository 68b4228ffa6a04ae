/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ArrivalRateTest {
    private final ArrivalRate rate = new ArrivalRate();

    private void add(double perSecond, int times) {
        for (int i = 0; i < times; i++) {
            rate.add(perSecond, 2);
        }
    }

    @Test
    void perSecond_atFirst_isUnknown() {
        assertThat(rate.perSecond()).isNaN();
    }

    @Test
    void rise_thatLasts_countsAfterThreeIntervals() {
        add(20, 30);
        add(100, 2);
        assertThat(rate.perSecond()).isLessThan(30);
        add(100, 1);
        assertThat(rate.perSecond()).isEqualTo(100);
    }

    @Test
    void burst_counts_asMuchAsInAMinute() {
        add(0, 5);
        add(3000, 1);
        assertThat(rate.perSecond()).isCloseTo(6000 / 60.0, within(3.0));
        add(0, 60);
        assertThat(rate.perSecond()).isLessThan(20);
    }

    @Test
    void bursts_thatComeAgainAndAgain_areARate() {
        for (int i = 0; i < 30; i++) {
            add(100, 1);
            add(0, 4);
        }

        assertThat(rate.perSecond()).isCloseTo(20, within(3.0));
    }

    @Test
    void messages_thatSeemToGo_areNone() {
        add(-125, 3);

        assertThat(rate.perSecond()).isZero();
    }
}
