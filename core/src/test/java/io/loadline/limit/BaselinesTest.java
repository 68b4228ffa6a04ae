/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselinesTest {
    private static final double MEAN = 20e6;

    private final Baselines baselines = new Baselines(1, Tuning.DEFAULT);
    private final Samples samples = new Samples(1);
    private final Random random = new Random(1);

    @Test
    void learn_firstWindow_isProvisional() {
        add(10, MEAN, 0, false);
        samples.learn(baselines);
        assertThat(samples.route(0).baseline()).isEqualTo(Duration.ofMillis(20));
        // Slower, under load: still follows, since thirty calls have not been seen.
        add(30, 2 * MEAN, 0, false);
        samples.learn(baselines);
        assertThat(baseline()).isCloseTo(1.75 * MEAN, within(1.0));
    }

    @Test
    void learn_provisionalInAFlood_followsOnlyDownward() {
        add(10, MEAN, 0, false);
        samples.learn(baselines, 0.2, true);
        add(10, 5 * MEAN, 0, false);
        samples.learn(baselines, 0.2, true);
        assertThat(baseline()).isCloseTo(MEAN, within(1.0));
        add(10, MEAN / 2, 0, false);
        samples.learn(baselines, 0.2, true);
        assertThat(baseline()).isLessThan(MEAN);
    }

    @Test
    void learn_tooFewSamples_isNotKnown() {
        add(4, MEAN, 0, true);
        samples.learn(baselines);
        assertThat(samples.route(0).baseline()).isZero();
    }

    @Test
    void learn_aThousandNoisyWindows_doesNotTakeTheLuckiest() {
        confirmed(0.7);
        for (int i = 0; i < 1_000; i++) {
            add(20, MEAN, 0.7, i % 3 == 0);
            samples.learn(baselines);
        }
        assertThat(baseline()).isCloseTo(MEAN, within(0.15 * MEAN));
    }

    @Test
    void learn_aThousandNoisyWindowsUnderLoad_doesNotTakeTheLuckiest() {
        confirmed(0.5);
        for (int i = 0; i < 1_000; i++) {
            add(20, MEAN, 0.5, false);
            samples.learn(baselines);
        }
        assertThat(baseline()).isGreaterThan(0.8 * MEAN);
    }

    @Test
    void learn_becameFaster_isDownAtOnceUnderAnyLoad() {
        confirmed(0.1);
        add(50, MEAN / 2, 0.1, false);
        samples.learn(baselines);
        assertThat(baseline()).isCloseTo(MEAN / 2, within(0.05 * MEAN));
    }

    @Test
    void learn_becameSlowerUnderLoad_stays() {
        confirmed(0.1);
        for (int i = 0; i < 100; i++) {
            add(50, 3 * MEAN, 0.1, false);
            samples.learn(baselines);
        }
        assertThat(baseline()).isCloseTo(MEAN, within(0.05 * MEAN));
    }

    @Test
    void learn_becameSlowerAtLowLoad_followsSlowly() {
        confirmed(0.1);
        add(50, 2 * MEAN, 0.1, true);
        samples.learn(baselines);
        assertThat(baseline()).isBetween(1.02 * MEAN, 1.2 * MEAN);
        for (int i = 0; i < 100; i++) {
            add(50, 2 * MEAN, 0.1, true);
            samples.learn(baselines);
        }
        assertThat(baseline()).isCloseTo(2 * MEAN, within(0.05 * MEAN));
    }

    /** Thirty seconds are half of the time constant, however many calls they hold. */
    @Test
    void learn_becameSlowerInManyShortWindows_followsByTimeNotByCalls() {
        confirmed(0.1);
        for (int i = 0; i < 300; i++) {
            add(500, 2 * MEAN, 0.1, true);
            samples.learn(baselines, 0.1, false);
        }
        assertThat(baseline()).isBetween(1.3 * MEAN, 1.5 * MEAN);
    }

    @Test
    void learn_callsTooShortForTheClock_areNotDividedBy() {
        for (int i = 0; i < 3; i++) {
            add(50, 0, 0, true);
            samples.learn(baselines);
        }
        for (int i = 0; i < 100; i++) {
            add(50, MEAN, 0.1, true);
            samples.learn(baselines);
        }
        assertThat(baseline()).isCloseTo(MEAN, within(0.05 * MEAN));
    }

    @Test
    void adopt_takesTheMeanUncut() {
        confirmed(0.1);
        add(20, 50 * MEAN, 0, false);
        LimitWindow unused = samples.window(1_000_000_000L, 4, 4);
        assertThat(unused.samples()).isEqualTo(20);
        baselines.adopt(samples.route(0), samples.longs);
        assertThat(baseline()).isCloseTo(50 * MEAN, within(1.0));
    }

    @Test
    void adopt_tooFewSamples_isUnknownAgain() {
        confirmed(0.1);
        add(2, 50 * MEAN, 0, false);
        LimitWindow unused = samples.window(1_000_000_000L, 4, 4);
        assertThat(unused.samples()).isEqualTo(2);
        baselines.adopt(samples.route(0), samples.longs);
        assertThat(baseline()).isZero();
    }

    @Test
    void adopt_unknown_staysUnknown() {
        baselines.adopt(samples.route(0), samples.longs);
        assertThat(baseline()).isZero();
    }

    private void confirmed(double sigma) {
        add(1_000, MEAN, sigma, true);
        samples.learn(baselines);
    }

    private void add(int calls, double meanNanos, double sigma, boolean low) {
        for (int i = 0; i < calls; i++) {
            samples.add(0, Math.round(LoadModel.Call.logNormal(meanNanos, sigma, random)), low);
        }
    }

    private double baseline() {
        return samples.route(0).baselineNanos();
    }
}
