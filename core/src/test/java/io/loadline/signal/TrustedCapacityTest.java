/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrustedCapacityTest {
    private static final long SECOND = 1_000_000_000L;

    private final TrustedCapacity capacity = new TrustedCapacity();
    private long now = Long.MAX_VALUE - 5 * SECOND;

    @Test
    void calls_untilThreeSaturatedTicksInARow_areUnknown() {
        ticks(2, 10, true, true);
        ticks(1, 10, false, true);
        ticks(2, 10, true, true);
        assertThat(capacity.calls()).isNaN();

        ticks(1, 10, true, true);
        assertThat(capacity.calls()).isEqualTo(10);
    }

    /** A limiter that refuses calls for some seconds since a dependency has become slow. */
    @Test
    void calls_withoutALocalCause_areUnknownUntilSixSaturatedTicksInARow() {
        ticks(5, 10, true, false);
        ticks(1, 10, false, false);
        ticks(5, 10, true, false);
        assertThat(capacity.calls()).isNaN();

        ticks(1, 10, true, false);
        assertThat(capacity.calls()).isEqualTo(10);
    }

    /** Learned while a limit was still growing: that was no capacity. */
    @Test
    void calls_thatAreExceededWithoutSaturation_areForgotten() {
        ticks(30, 10, true, false);
        ticks(2, 20, false, false);
        assertThat(capacity.calls()).isEqualTo(10);
        ticks(1, 20, false, false);
        assertThat(capacity.calls()).isNaN();

        ticks(6, 30, true, false);
        assertThat(capacity.calls()).isEqualTo(30);
    }

    @Test
    void calls_withoutSaturation_areNeverLearned() {
        ticks(1_000, 10, false, true);

        assertThat(capacity.calls()).isNaN();
    }

    @Test
    void calls_whenInterrupted_beginARowAnew() {
        ticks(2, 10, true, true);
        capacity.interrupt();
        ticks(2, 10, true, true);

        assertThat(capacity.calls()).isNaN();
    }

    @Test
    void calls_whenNothingWasDone_stay() {
        ticks(30, 0, true, true);
        assertThat(capacity.calls()).isNaN();

        ticks(3, 10, true, true);
        ticks(30, 0, true, true);
        assertThat(capacity.calls()).isEqualTo(10);
    }

    @Test
    void calls_lowerWithoutALocalCause_stay() {
        ticks(30, 10, true, false);
        ticks(7_200, 3, true, false);

        assertThat(capacity.calls()).isEqualTo(10);
    }

    @Test
    void calls_muchLowerWithALocalCause_followAfterFiveObservations() {
        ticks(60, 10, true, true);
        ticks(12, 5, true, true);
        assertThat(capacity.calls()).isEqualTo(10);

        ticks(3, 5, true, true);
        assertThat(capacity.calls()).isEqualTo(5);
    }

    @Test
    void calls_aLittleLowerWithALocalCause_followWithinTheMemory() {
        ticks(60, 10, true, true);
        ticks(30 * 60 + 3, 9, true, true);

        assertThat(capacity.calls()).isEqualTo(9);
    }

    /** After half an hour of overload a hundred better observations would be needed to move a percentile. */
    @Test
    void calls_higher_followAfterTwoObservations() {
        ticks(30 * 60, 10, true, true);
        ticks(3, 20, true, true);
        assertThat(capacity.calls()).isEqualTo(10);

        ticks(3, 20, true, true);
        assertThat(capacity.calls()).isEqualTo(20);
    }

    @Test
    void calls_afterOneBurst_stay() {
        ticks(60, 10, true, true);
        for (int i = 0; i < 20; i++) {
            ticks(3, i % 12 == 0 ? 30 : 10, true, true);
        }

        assertThat(capacity.calls()).isEqualTo(10);
    }

    @Test
    void calls_underNoise_areANinetiethPercentile() {
        Random random = new Random(42);
        for (int i = 0; i < 1_800; i++) {
            ticks(1, 10 + random.nextGaussian(), true, true);
        }

        // The mean of three ticks has a deviation of 0.58; its 90th percentile is 1.28 of those above the mean.
        assertThat(capacity.calls()).isCloseTo(10.74, within(0.2));
    }

    /** The observations too, or the next one would bring back what was. */
    @Test
    void rescale_shrinksWhatWasObserved() {
        ticks(31, 10, true, true);
        capacity.rescale(0.8);
        assertThat(capacity.calls()).isEqualTo(8, within(1e-9));

        ticks(2, 8, true, true);
        assertThat(capacity.calls()).isEqualTo(8, within(1e-9));
    }

    /** What can be done after a quota has changed is a guess until it is seen, and then at once what is seen. */
    @Test
    void resize_countsAtOnceAndUntilTheNextObservation() {
        ticks(60, 10, true, true);
        capacity.resize(0.5);
        assertThat(capacity.calls()).isEqualTo(5);

        ticks(3, 4.2, true, false);
        assertThat(capacity.calls()).as("lower without a local cause").isEqualTo(5);
        ticks(3, 4.2, true, true);
        assertThat(capacity.calls()).isEqualTo(4.2, within(1e-9));
    }

    @Test
    void resize_beforeAnyObservation_changesNothing() {
        ticks(2, 10, true, true);
        capacity.resize(1);
        ticks(1, 10, true, true);
        assertThat(capacity.calls()).isEqualTo(10);

        TrustedCapacity unknown = new TrustedCapacity();
        unknown.resize(0.5);
        assertThat(unknown.calls()).isNaN();
    }

    private void ticks(int count, double work, boolean saturated, boolean localLimit) {
        for (int i = 0; i < count; i++) {
            now += SECOND;
            capacity.tick(work, saturated, localLimit, now);
        }
    }
}
