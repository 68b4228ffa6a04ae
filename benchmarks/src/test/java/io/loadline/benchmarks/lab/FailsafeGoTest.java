/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.benchmarks.lab.FailsafeGo.Correlation;
import io.loadline.benchmarks.lab.FailsafeGo.MedianFilter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What failsafe-go's own tests of its adaptive limiter and statistics expect of them. */
class FailsafeGoTest {
    private final ManualSurroundings surroundings = new ManualSurroundings();
    private final FailsafeGo limiter = new FailsafeGo(surroundings, 1);

    @BeforeEach
    void baselineOfASecond() {
        for (int i = 0; i < 10; i++) {
            limiter.baseline.add(1);
        }
    }

    private int after(double seconds, int inFlight) {
        surroundings.advance(Math.max(2, 2 * seconds) + 0.001);
        limiter.record(seconds, inFlight);
        return limiter.limit();
    }

    @Test
    void latencies_areFilteredAndSmoothed() {
        for (double seconds : new double[] {0.1, 0.3, 0.2, 0.2, 0.25}) {
            after(seconds, 10);
        }
        assertThat(limiter.median.median()).isEqualTo(0.2);
        assertThat(limiter.recent.value()).isEqualTo(0.2, within(1e-9));
    }

    @Test
    void limit_noQueue_rises() {
        assertThat(after(1, 5)).isEqualTo(21);
        assertThat(after(0.5, 5)).isEqualTo(22);
    }

    @Test
    void limit_longQueue_falls() {
        assertThat(after(2, 10)).isEqualTo(19);
        assertThat(after(2, 10)).isEqualTo(18);
    }

    @Test
    void limit_someQueue_holds() {
        assertThat(after(1.3, 10)).isEqualTo(20);
        assertThat(after(1.3, 10)).isEqualTo(20);
    }

    @Test
    void correlation_ofPairs() {
        assertThat(last(3, new double[][] {{1, 2}})).isZero();
        assertThat(last(3, new double[][] {{1, 10}, {2, 20}, {3, 30}})).isEqualTo(1, within(1e-4));
        assertThat(last(3, new double[][] {{1, 30}, {2, 20}, {3, 10}})).isEqualTo(-1, within(1e-4));
        assertThat(last(3, new double[][] {{100, 200}, {100.1, 200.1}, {100.05, 200.05}}))
                .isZero();
        assertThat(last(3, new double[][] {{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}}))
                .isEqualTo(1, within(1e-4));
    }

    private static double last(int size, double[][] pairs) {
        Correlation correlation = new Correlation(size, 0);
        double value = 0;
        for (double[] pair : pairs) {
            value = correlation.add(pair[0], pair[1]);
        }
        return value;
    }

    @Test
    void variation_ofTheSecondValues() {
        Correlation correlation = new Correlation(3, 0);
        for (double value : new double[] {5, 10, 15, 20}) {
            correlation.add(value, value);
        }
        assertThat(correlation.variationOfY()).isEqualTo(0.2722, within(1e-4));
    }

    @Test
    void medianFilter_untilItIsFull_letsPass() {
        MedianFilter filter = new MedianFilter(5);
        assertThat(filter.add(7)).isEqualTo(7);
        assertThat(filter.add(1)).isEqualTo(1);
        assertThat(filter.add(9)).isEqualTo(9);
        assertThat(filter.add(2)).isEqualTo(2);
        assertThat(filter.add(3)).isEqualTo(3);
        assertThat(filter.add(100)).isEqualTo(3);
    }
}
