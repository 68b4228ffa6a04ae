/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.memory.FakeMachine;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProcessCpuTest {
    private static final double ALL = Runtime.getRuntime().availableProcessors();

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
    void read_podResizedInPlace_isOfTheNewQuotaASecondLater(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root).unifiedContainer();
        machine.file("sys/fs/cgroup/cpu.stat", "usage_usec 5\n").file("sys/fs/cgroup/cpu.max", "50000 100000\n");
        AtomicLong used = new AtomicLong();
        ProcessCpu cpu = new ProcessCpu(0, root, used::get);
        machine.file("sys/fs/cgroup/cpu.max", "25000 100000\n");

        used.addAndGet(100);
        assertThat(cpu.read(999_999_999)).isEqualTo(100 / 999_999_999.0 / 0.5);
        used.addAndGet(1);
        assertThat(cpu.read(1_000_000_000)).isEqualTo(1 / 0.25);
    }

    @Test
    void cpus_underAQuota_areAFraction(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root)
                .process("1:cpu,cpuacct:/pod/c\n", "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct")
                .file("sys/fs/cgroup/cpu/pod/cpu.stat", "nr_periods 0\n")
                .file("sys/fs/cgroup/cpu/pod/c/cpu.stat", "nr_periods 0\n")
                .file("sys/fs/cgroup/cpu/pod/c/cpu.cfs_period_us", "100000\n");
        ProcessCpu cpu = new ProcessCpu(0, root);
        assertThat(cpu.cpus(0)).isEqualTo(ALL);
        machine.file("sys/fs/cgroup/cpu/pod/c/cpu.cfs_quota_us", "-1\n");
        assertThat(cpu.cpus(0)).isEqualTo(ALL);
        machine.file("sys/fs/cgroup/cpu/pod/c/cpu.cfs_quota_us", "750");
        assertThat(cpu.cpus(0)).isNaN();
        machine.file("sys/fs/cgroup/cpu/pod/c/cpu.cfs_quota_us", "75000\n");
        assertThat(cpu.cpus(0)).isEqualTo(0.75);

        machine.file("sys/fs/cgroup/cpu/pod/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us", "25000\n");
        assertThat(cpu.cpus(0)).isEqualTo(0.25);
    }

    @Test
    void cpus_underAQuotaOfVersion2_areAFraction(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root).unifiedContainer();
        machine.file("sys/fs/cgroup/cpu.stat", "usage_usec 5\n").file("sys/fs/cgroup/cpu.max", "50000 100000\n");
        ProcessCpu cpu = new ProcessCpu(0, root);
        assertThat(cpu.cpus(0)).isEqualTo(0.5);
        for (String nonsense :
                new String[] {"", "x y\n", "50000\n", "-5 100000\n", "50000 0\n", "50000 100", "50000 max\n"}) {
            machine.file("sys/fs/cgroup/cpu.max", nonsense);
            assertThat(cpu.cpus(0)).as(nonsense).isNaN();
        }
        machine.file("sys/fs/cgroup/cpu.max", "max 100000\n");
        assertThat(cpu.cpus(0)).isEqualTo(ALL);
        machine.remove("sys/fs/cgroup/cpu.max");
        assertThat(cpu.cpus(0)).as("the root has none").isEqualTo(ALL);
    }

    /** An overload may take all file descriptors; one CPU of many that is used up must not look idle then. */
    @Test
    void read_whileTheQuotaCannotBeRead_isOfTheLastOne(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root).unifiedContainer();
        machine.file("sys/fs/cgroup/cpu.stat", "usage_usec 5\n").file("sys/fs/cgroup/cpu.max", "25000 100000\n");
        AtomicLong used = new AtomicLong();
        ProcessCpu cpu = new ProcessCpu(0, root, used::get);
        machine.remove("proc/self/cgroup").file("sys/fs/cgroup/cpu.max", "");
        used.set(250_000_000);

        assertThat(cpu.read(1_000_000_000)).isEqualTo(1);
        used.set(1_500_000_000);
        assertThat(cpu.read(6_000_000_000L)).isEqualTo(1);
        machine.file("sys/fs/cgroup/cpu.max", "50000 100000\n");
        used.set(2_000_000_000);
        assertThat(cpu.read(7_000_000_000L)).isEqualTo(1);
    }

    /** As when something puts it into a cgroup of its own after it has started. */
    @Test
    void cpus_ofAProcessThatIsMoved_areFoundWithinFiveSeconds(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root)
                .process("0::/\n", FakeMachine.unifiedMount("/", "/sys/fs/cgroup"))
                .file("sys/fs/cgroup/cpu.stat", "usage_usec 5\n")
                .file("sys/fs/cgroup/small/cpu.stat", "usage_usec 5\n")
                .file("sys/fs/cgroup/small/cpu.max", "25000 100000\n");
        ProcessCpu cpu = new ProcessCpu(0, root);
        assertThat(cpu.cpus(0)).isEqualTo(ALL);

        machine.file("proc/self/cgroup", "0::/small\n");
        assertThat(cpu.cpus(4_900_000_000L)).isEqualTo(ALL);
        assertThat(cpu.cpus(5_000_000_000L)).isEqualTo(0.25);
    }
}
