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
import org.junit.jupiter.api.Test;

class CpuGroupTest {
    @Test
    void cpus_whereAllowed_setTheQuotaUntilTheGroupGoes() throws Exception {
        Path members;
        try (CpuGroup group = create()) {
            members = group.members();
            assertThat(quotaMicros(members)).isEqualTo("100000");
            group.cpus(0.5);
            assertThat(quotaMicros(members)).isEqualTo("50000");
        }
        assertThat(members.getParent()).doesNotExist();
    }

    private static String quotaMicros(Path members) throws IOException {
        Path quota = members.resolveSibling("cpu.cfs_quota_us");
        Path file = Files.exists(quota) ? quota : members.resolveSibling("cpu.max");
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
