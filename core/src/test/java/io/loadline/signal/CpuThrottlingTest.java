/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.memory.FakeMachine;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuThrottlingTest {
    private static final String V1_MOUNT = "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct";

    @TempDir
    Path root;

    private FakeMachine machine;
    private CpuThrottling throttling;

    @BeforeEach
    void machine() {
        machine = new FakeMachine(root);
        throttling = new CpuThrottling(root, machine.ticker);
    }

    private double after(String file, long periods, long throttled) {
        machine.file(file, "usage_usec 99\nnr_periods " + periods + "\nnr_throttled " + throttled + "\n");
        machine.ticker.advance(Duration.ofSeconds(1));
        return throttling.utilization();
    }

    @Test
    void utilization_ofVersion2_isTheShareOfPeriodsOfTheLastSeconds() {
        machine.unifiedContainer();
        String stat = "sys/fs/cgroup/cpu.stat";
        assertThat(after(stat, 100, 50)).isNaN();
        assertThat(throttling.detail()).isEqualTo("cpu.stat has just begun to count");

        assertThat(after(stat, 110, 50)).isZero();
        assertThat(after(stat, 120, 60)).isEqualTo(0.5);
        assertThat(throttling.detail()).isEmpty();
        for (long second = 1; second <= 5; second++) {
            after(stat, 120 + 10 * second, 60 + 10 * second);
        }
        assertThat(throttling.utilization()).isEqualTo(1);
    }

    @Test
    void utilization_ofVersion1_isTheSame() {
        machine.process("3:cpu,cpuacct:/pod/c\n", V1_MOUNT);
        String stat = "sys/fs/cgroup/cpu/pod/c/cpu.stat";
        after(stat, 10, 0);

        assertThat(after(stat, 20, 4)).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void utilization_underTheQuotaOfAnAncestor_isThat() {
        machine.process("0::/pod/c\n", FakeMachine.unifiedMount("/", "/sys/fs/cgroup"))
                .file("sys/fs/cgroup/cpu.stat", "usage_usec 1\n")
                .file("sys/fs/cgroup/pod/c/cpu.stat", "usage_usec 1\nnr_periods 0\nnr_throttled 0\n");
        after("sys/fs/cgroup/pod/cpu.stat", 10, 0);

        assertThat(after("sys/fs/cgroup/pod/cpu.stat", 20, 9)).isCloseTo(0.9, within(1e-9));
    }

    @Test
    void utilization_withoutAQuota_isUnknown() {
        machine.unifiedContainer();

        assertThat(after("sys/fs/cgroup/cpu.stat", 0, 0)).isNaN();
        assertThat(throttling.detail()).isEqualTo("there is no CPU quota");
    }

    @Test
    void utilization_withoutACgroup_isUnknown() {
        assertThat(throttling.utilization()).isNaN();
        assertThat(throttling.detail()).isEqualTo("no CPU cgroup is to be seen");
    }

    /** An idle process has no periods. */
    @Test
    void utilization_whileNothingRuns_isZero() {
        machine.unifiedContainer();
        after("sys/fs/cgroup/cpu.stat", 10, 5);

        assertThat(after("sys/fs/cgroup/cpu.stat", 10, 5)).isZero();
    }

    @Test
    void utilization_whenCountersGoBack_isUnknownAndBeginsAnew() {
        machine.unifiedContainer();
        after("sys/fs/cgroup/cpu.stat", 1_000, 500);
        after("sys/fs/cgroup/cpu.stat", 1_010, 510);
        assertThat(after("sys/fs/cgroup/cpu.stat", 5, 1)).isNaN();

        assertThat(after("sys/fs/cgroup/cpu.stat", 15, 4)).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void utilization_whenMorePeriodsWereThrottledThanThereWere_isUnknown() {
        machine.unifiedContainer();
        after("sys/fs/cgroup/cpu.stat", 10, 0);

        assertThat(after("sys/fs/cgroup/cpu.stat", 20, 90)).isNaN();
        assertThat(throttling.detail()).isEqualTo("cpu.stat contradicts itself");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nr_periods 20\nnr_throttled 1",
                "nr_periods 20\n",
                "nr_periods 20\nnr_throttled x\n",
                "nr_periods 20\nnr_throttled -3\n"
            })
    void utilization_ofAFileThatIsHalfWritten_isUnknownAndBeginsAnew(String text) {
        machine.unifiedContainer();
        after("sys/fs/cgroup/cpu.stat", 10, 0);
        machine.file("sys/fs/cgroup/cpu.stat", text);
        assertThat(throttling.utilization()).isNaN();
        assertThat(throttling.detail()).isEqualTo("cpu.stat cannot be read");

        assertThat(after("sys/fs/cgroup/cpu.stat", 30, 9)).isNaN();
        assertThat(after("sys/fs/cgroup/cpu.stat", 40, 10)).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void utilization_ofAProcessThatIsMoved_isThatOfItsNewCgroup() {
        machine.process("0::/a\n", FakeMachine.unifiedMount("/", "/sys/fs/cgroup"));
        after("sys/fs/cgroup/a/cpu.stat", 1_000, 0);
        after("sys/fs/cgroup/a/cpu.stat", 1_010, 0);
        machine.file("proc/self/cgroup", "0::/b\n").file("sys/fs/cgroup/b/cpu.stat", "nr_periods 1\nnr_throttled 1\n");
        machine.ticker.advance(Duration.ofSeconds(5));
        assertThat(throttling.utilization()).isNaN();

        assertThat(after("sys/fs/cgroup/b/cpu.stat", 11, 9)).isCloseTo(0.8, within(1e-9));
    }
}
