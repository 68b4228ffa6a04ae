/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LimitWindowTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void stretch_mixOfRoutesChanges_staysOne() {
        for (int dear : new int[] {0, 10, 50, 90, 100}) {
            Samples samples = new Samples(2);
            samples.route(0).baselineNanos(10);
            samples.route(1).baselineNanos(1_000);
            for (int i = 0; i < 100; i++) {
                samples.add(i < dear ? 1 : 0, i < dear ? 1_000 : 10);
            }
            LimitWindow window = samples.window(SECOND, 4, 2);
            assertThat(window.stretch()).isEqualTo(1);
            assertThat(window.stretchError()).isZero();
            assertThat(window.meanBaselineNanos()).isEqualTo(10 + 9.9 * dear);
        }
    }

    @Test
    void stretch_isARatioOfSums() {
        Samples samples = new Samples(3);
        samples.route(0).baselineNanos(10);
        samples.route(1).baselineNanos(100);
        samples.add(0, 20).add(0, 20).add(1, 100).add(2, 777);
        LimitWindow window = samples.window(SECOND, 4, 2);
        assertThat(window.stretch()).isEqualTo(140.0 / 120);
        assertThat(window.judgedSamples())
                .as("the route without a baseline is not judged")
                .isEqualTo(3);
        assertThat(window.samples()).isEqualTo(4);
        assertThat(window.meanRttNanos()).isEqualTo((140 + 777) / 4.0);
    }

    @Test
    void stretch_outlier_countsAsTenBaselines() {
        Samples samples = new Samples(1);
        samples.route(0).baselineNanos(10);
        samples.add(0, 10).add(0, 1_000_000);
        LimitWindow window = samples.window(SECOND, 4, 2);
        assertThat(window.stretch()).isEqualTo(110.0 / 20);
        assertThat(window.meanRttNanos()).isEqualTo(1_000_010 / 2.0);
    }

    @Test
    void stretchError_agreesWithEachLatencyByItself() {
        Random random = new Random(42);
        double[] baselines = {5e6, 20e6, 80e6};
        Samples samples = new Samples(3);
        List<double[]> each = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int route = random.nextInt(3);
            samples.route(route).baselineNanos((long) baselines[route]);
            long rtt = (long) (baselines[route] * Math.exp(random.nextGaussian() * 0.7));
            samples.add(route, rtt);
            each.add(new double[] {Math.min((double) rtt, 10 * baselines[route]), baselines[route]});
        }
        double rtts = each.stream().mapToDouble(e -> e[0]).sum();
        double base = each.stream().mapToDouble(e -> e[1]).sum();
        double z = rtts / base;
        double residuals =
                each.stream().mapToDouble(e -> Math.pow(e[0] - z * e[1], 2)).sum();
        LimitWindow window = samples.window(SECOND, 4, 2);
        assertThat(window.stretch()).isCloseTo(z, within(1e-9));
        assertThat(window.stretchError()).isCloseTo(Math.sqrt(residuals) / base, within(1e-6));
    }

    /** The error is what it says: the spread of the stretches of many windows of the same service. */
    @Test
    void stretchError_isTheSpreadOfManyWindows() {
        Random random = new Random(7);
        int windows = 3_000;
        double sum = 0;
        double squares = 0;
        double errors = 0;
        for (int w = 0; w < windows; w++) {
            Samples samples = new Samples(2);
            samples.route(0).baselineNanos(10_000_000);
            samples.route(1).baselineNanos(40_000_000);
            for (int i = 0; i < 60; i++) {
                int route = random.nextInt(2);
                double mean = route == 0 ? 10e6 : 40e6;
                samples.add(route, (long) (mean * Math.exp(random.nextGaussian() * 0.5 - 0.125)));
            }
            LimitWindow window = samples.window(SECOND, 4, 2);
            sum += window.stretch();
            squares += window.stretch() * window.stretch();
            errors += window.stretchError();
        }
        double mean = sum / windows;
        double spread = Math.sqrt(squares / windows - mean * mean);
        assertThat(mean).isCloseTo(1, within(0.01));
        assertThat(errors / windows).isCloseTo(spread, within(0.1 * spread));
    }

    @Test
    void nothing_isNoStretchAndNoNumberDividedByZero() {
        LimitWindow window = new Samples(2).window(0, 4, 0);
        assertThat(window.stretch()).isEqualTo(1);
        assertThat(window.stretchError()).isInfinite();
        assertThat(window.throughput()).isZero();
        assertThat(window.meanRttNanos()).isZero();
        assertThat(window.meanBaselineNanos()).isZero();
        assertThat(window.binding()).isFalse();
    }

    @Test
    void oneSample_hasNoError() {
        Samples samples = new Samples(1);
        samples.route(0).baselineNanos(10);
        LimitWindow window = samples.add(0, 500).window(SECOND, 4, 1);
        assertThat(window.stretchError()).isInfinite();
    }

    @Test
    void binding_isReachedOrShed() {
        assertThat(new Samples(1).window(SECOND, 4, 3).binding()).isFalse();
        assertThat(new Samples(1).window(SECOND, 4, 4).binding()).isTrue();
        Samples shed = new Samples(1).count(2, StripedStats.SHED).count(1, StripedStats.SHADOWED);
        assertThat(shed.window(SECOND, 4, 3).binding()).isTrue();
        assertThat(shed.window(SECOND, 4, 3).shed()).isEqualTo(3);
        Samples refused = new Samples(1).count(2, StripedStats.REFUSED);
        assertThat(refused.window(SECOND, 4, 3).binding()).isFalse();
    }
}
