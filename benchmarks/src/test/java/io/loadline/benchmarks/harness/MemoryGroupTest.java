/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MemoryGroupTest {
    @Test
    void create_whereAllowed_countsItsOwnProcessesAndGoes() throws Exception {
        Path members;
        try (MemoryGroup group = create()) {
            members = group.group().file("cgroup.procs");
            assertThat(group.anonymousBytes()).isZero();
            assertThat(group.oomKills()).isZero();
            Process process = new ProcessBuilder(group.group().enter(List.of("sleep", "20"))).start();
            try {
                // The shell that became the sleep is a member from the moment it has joined.
                while (Files.readAllLines(members).isEmpty() && process.isAlive()) {
                    Thread.onSpinWait();
                }
                assertThat(Files.readAllLines(members)).isEqualTo(List.of(String.valueOf(process.pid())));
            } finally {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        }
        assertThat(members.getParent()).doesNotExist();
    }

    private static MemoryGroup create() {
        try {
            return MemoryGroup.create(OptionalLong.of(64 << 20));
        } catch (IOException e) {
            return abort("skipped: no memory cgroup here, " + e.getMessage());
        }
    }
}
