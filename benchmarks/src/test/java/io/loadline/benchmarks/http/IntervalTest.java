/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void of_equalRatios_isOnePoint() {
        Interval interval = Interval.of(List.of(new double[] {0.9, 0.9}, new double[] {0.9, 0.9}), 1);

        assertThat(interval.mean()).isCloseTo(0.9, within(1e-9));
        assertThat(interval.low()).isCloseTo(0.9, within(1e-9));
        assertThat(interval.high()).isCloseTo(0.9, within(1e-9));
    }

    @Test
    void of_reciprocalRatios_meanIsOne() {
        Interval interval = Interval.of(List.of(new double[] {0.5, 2}), 1);

        assertThat(interval.mean()).isCloseTo(1, within(1e-9));
        assertThat(interval.low()).isCloseTo(0.5, within(1e-9));
        assertThat(interval.high()).isCloseTo(2, within(1e-9));
    }

    @Test
    void of_forksThatDiffer_isWiderThanTheirPairs() {
        Interval interval = Interval.of(
                List.of(new double[] {0.9, 0.9, 0.9}, new double[] {1, 1, 1}, new double[] {1.1, 1.1, 1.1}), 1);

        assertThat(interval.low()).isLessThan(0.95);
        assertThat(interval.high()).isGreaterThan(1.05);
    }
}
