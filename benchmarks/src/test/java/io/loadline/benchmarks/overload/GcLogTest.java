/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    @TempDir
    private Path folder;

    @Test
    void add_logOfG1_countsPausesAfterTheTimeGiven() throws IOException {
        Path file = Files.writeString(folder.resolve("gc.log"), """
                [0.005s] Using G1
                [1.250s] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->5M(160M) 3.217ms
                [9.010s] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 96M->81M(160M) 21.500ms
                [9.120s] GC(2) Concurrent Mark Cycle 60.180ms
                [9.300s] GC(2) Pause Remark 90M->88M(160M) 1.750ms
                """);
        GcLog log = new GcLog();

        log.add(file, 9);

        assertThat(log.count()).isEqualTo(2);
        assertThat(log.millis(100)).isCloseTo(21.5, within(0.02));
    }
}
