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
    void enter_whereAllowed_childIsInTheGroupFromTheBegin() throws Exception {
        try (CpuGroup group = create()) {
            group.quota(0.25);
            group.background(true);
            Process process = new ProcessBuilder(group.enter(List.of("cat", "/proc/self/cgroup", "-"))).start();
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

    private static CpuGroup create() throws InterruptedException {
        try {
            CpuGroup.check();
            return CpuGroup.create();
        } catch (IOException e) {
            return abort("skipped: no CPU cgroup here, " + e.getMessage());
        }
    }
}
