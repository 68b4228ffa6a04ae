/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProcessCpuTest {
    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS)
    void read_whileWorking_isPositive() {
        long begun = System.nanoTime();
        ProcessCpu cpu = new ProcessCpu(begun);
        double used = 0;
        // Each reading begins a new interval; most are too short for the clock of the CPU time.
        while (!(used > 0)) {
            used = cpu.read(System.nanoTime());
        }
        assertThat(used).isFinite();
    }

    @Test
    void read_noTimePassed_isUnknown() {
        ProcessCpu cpu = new ProcessCpu(5);
        assertThat(cpu.read(5)).isNaN();
        assertThat(cpu.read(4)).isNaN();
    }

    @Test
    void read_readingsWrap_isKnown() {
        ProcessCpu cpu = new ProcessCpu(Long.MAX_VALUE - 10);
        assertThat(cpu.read(Long.MIN_VALUE + 1_000_000_000L)).isGreaterThanOrEqualTo(0);
    }
}
