/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The example of docs/limiter.md: what it shows compiles and does what it says. */
class CpuLimitExampleTest {

    /** Keeps the CPUs at a utilization. */
    static final class CpuLimit implements LimitAlgorithm {
        private final double target;
        private int limit = 16;

        CpuLimit(double target) {
            this.target = target;
        }

        @Override
        public int initialLimit() {
            return limit;
        }

        @Override
        public boolean isComplete(LimitWindow window) {
            return window.durationNanos() >= 500_000_000;
        }

        @Override
        public LimitDecision decide(LimitWindow window) {
            double used = window.cpuUtilization(); // NaN if it cannot be read: then neither of these is true
            if (used > target) {
                limit = Math.max(2, (int) (limit * target / used));
                return LimitDecision.of(limit, "the CPUs are too busy");
            }
            if (used < 0.9 * target && window.binding()) {
                return LimitDecision.of(++limit, "there is CPU left");
            }
            return LimitDecision.of(limit, "steady");
        }
    }

    @Test
    void cpuLimit_inALimiter_followsTheCpus() {
        double[] utilization = {1};
        long[] nanos = {0};
        ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("reports")
                .algorithm(() -> new CpuLimit(0.8))
                .cpuUtilization(() -> utilization[0])
                .ticker(() -> nanos[0])
                .build();
        for (int i = 0; i < 10; i++) {
            nanos[0] += 100_000_000;
            limiter.beat();
        }
        assertThat(limiter.limit()).isEqualTo(9);
        assertThat(limiter.lastDecision().reason()).isEqualTo("the CPUs are too busy");

        utilization[0] = 0.5;
        for (int i = 0; i < 9; i++) {
            assertThat(limiter.tryAcquire()).isNotNull();
        }
        assertThat(limiter.tryAcquire()).isNull();
        for (int i = 0; i < 5; i++) {
            nanos[0] += 100_000_000;
            limiter.beat();
        }
        assertThat(limiter.limit()).isEqualTo(10);
    }
}
