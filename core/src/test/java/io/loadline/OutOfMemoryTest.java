/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.availability.LivenessState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real process whose heap is full. */
@Timeout(30)
class OutOfMemoryTest {
    @ParameterizedTest
    @ValueSource(strings = {"call", "thread", "stage"})
    void service_whoseHeapIsFull_isBroken(String where) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutOfMemoryService.class.getName(),
                        where)
                .redirectErrorStream(true)
                .start();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> said = reader.lines().toList();

            assertThat(said).contains("> BROKEN fatal error: java.lang.OutOfMemoryError: Java heap space");
            assertThat(said.contains("> caught")).isEqualTo(where.equals("call"));
            assertThat(process.waitFor()).isEqualTo(LivenessState.BROKEN.ordinal());
        } finally {
            process.destroyForcibly();
        }
    }
}
