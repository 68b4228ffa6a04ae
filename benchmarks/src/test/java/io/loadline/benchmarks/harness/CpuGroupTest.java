/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CpuGroupTest {
    @Test
    void cpus_whereAllowed_setTheQuotaUntilTheGroupGoes() throws Exception {
        Path quota;
        try (CpuGroup group = create()) {
            quota = file(group, "cpu.cfs_quota_us", "cpu.max");
            assertThat(first(quota)).isEqualTo("100000");
            group.cpus(0.5);
            assertThat(first(quota)).isEqualTo("50000");
        }
        assertThat(quota.getParent()).doesNotExist();
    }

    @Test
    void background_whereAllowed_isATenthUntilItIsOver() throws Exception {
        try (CpuGroup group = create()) {
            Path weight = file(group, "cpu.shares", "cpu.weight");
            String usual = first(weight);
            group.background(true);
            assertThat(Integer.parseInt(first(weight))).isEqualTo(Integer.parseInt(usual) / 10);
            group.background(false);
            assertThat(first(weight)).isEqualTo(usual);
        }
    }

    @Test
    void enter_whereAllowed_childIsInTheGroupFromTheBegin() throws Exception {
        try (CpuGroup group = create()) {
            Process process = new ProcessBuilder(group.group().enter(List.of("cat", "/proc/self/cgroup", "-"))).start();
            try {
                String membership = "/loadline-" + ProcessHandle.current().pid() + '-';
                BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                // It goes on until its input ends, which is not before it is killed.
                assertThat(said.lines().anyMatch(line -> line.contains(membership)))
                        .isTrue();
                assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/cgroup")))
                        .as("it is this very process")
                        .contains(membership);
            } finally {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        }
    }

    private static Path file(CpuGroup group, String nameInV1, String nameInV2) {
        return group.group().file(group.group().version() == ControlGroup.Version.V1 ? nameInV1 : nameInV2);
    }

    private static String first(Path file) throws IOException {
        return Files.readString(file).strip().split(" ", -1)[0];
    }

    private static CpuGroup create() {
        try {
            return CpuGroup.create(1);
        } catch (IOException e) {
            return abort("skipped: no CPU cgroup here, " + e.getMessage());
        }
    }
}
