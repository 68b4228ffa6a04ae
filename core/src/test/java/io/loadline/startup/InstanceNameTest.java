/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstanceNameTest {
    private static final String PID = Long.toString(ProcessHandle.current().pid());

    @Test
    void name_whereNobodyTellsTheHost_isThatOfTheProcess() {
        assertThat(InstanceName.ofHost("shop-7d9f", "4030")).isEqualTo("shop-7d9f-4030");
        assertThat(InstanceName.ofHost(null, "4030")).isEqualTo("4030");
        assertThat(InstanceName.ofHost("", "4030")).isEqualTo("4030");
    }

    @Test
    void name_holdsTheProcessAndNoNull() {
        assertThat(InstanceName.get()).contains(PID + "-").doesNotContain("null");
        assertThat(InstanceName.withoutTime()).endsWith(PID).doesNotContain("null");
        assertThat(StageHistory.draft(Path.of("history")).toString())
                .startsWith("history.")
                .endsWith(PID + ".new")
                .doesNotContain("null");
    }
}
