/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void read_podResizedInPlace_isOfTheNewQuotaASecondLater(@TempDir Path cgroup) throws IOException {
        AtomicLong used = new AtomicLong();
        Files.writeString(cgroup.resolve("cpu.max"), "50000 100000\n");
        ProcessCpu cpu = new ProcessCpu(0, cgroup, used::get);
        Files.writeString(cgroup.resolve("cpu.max"), "25000 100000\n");

        used.addAndGet(100);
        assertThat(cpu.read(999_999_999)).isEqualTo(100 / 999_999_999.0 / 0.5);
        used.addAndGet(1);
        assertThat(cpu.read(1_000_000_000)).isEqualTo(1 / 0.25);
    }

    @Test
    void cpus_underAQuota_areAFraction(@TempDir Path cgroup) throws IOException {
        ProcessCpu cpu = new ProcessCpu(0, cgroup, () -> 0);
        int all = Runtime.getRuntime().availableProcessors();
        assertThat(cpu.cpus()).isEqualTo(all);

        Files.createDirectory(cgroup.resolve("cpu"));
        Files.writeString(cgroup.resolve("cpu/cpu.cfs_quota_us"), "-1\n");
        Files.writeString(cgroup.resolve("cpu/cpu.cfs_period_us"), "100000\n");
        assertThat(cpu.cpus()).isEqualTo(all);
        Files.writeString(cgroup.resolve("cpu/cpu.cfs_quota_us"), "75000\n");
        assertThat(cpu.cpus()).isEqualTo(0.75);

        Files.writeString(cgroup.resolve("cpu.max"), "50000 100000\n");
        assertThat(cpu.cpus()).isEqualTo(0.5);
        Files.writeString(cgroup.resolve("cpu.max"), "max 100000\n");
        assertThat(cpu.cpus()).isEqualTo(all);
        for (String nonsense : new String[] {"", "x y", "50000", "-5 100000", "50000 0"}) {
            Files.writeString(cgroup.resolve("cpu.max"), nonsense);
            assertThat(cpu.cpus()).isEqualTo(all);
        }
    }
}
