/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a real process ends that is told to go while it starts. */
@Timeout(60)
class StartupTerminationTest {
    @TempDir
    private Path folder;

    private Process process;
    private BufferedReader output;

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({
        "ends, CANCELLED, 1",
        "ignores, CANCELLED, 1",
        "waits, CANCELLED, 1",
        "ends, CANCELLED, 2",
        "ignores, CANCELLED, 2"
    })
    void sigterm_duringAStage_endsTheProcessWithinTwoSeconds(String how, StageOutcome outcome, int signals)
            throws Exception {
        Path file = folder.resolve("startup.lock");
        start(how, file);
        readUntil("stage begins");
        ClaimFile other = new ClaimFile(file, Ticker.system());
        if (!how.equals("waits")) {
            assertThat(other.tryClaim()).isEqualTo(ClaimFile.Attempt.TAKEN);
        }
        long toldNanos = Ticker.system().read();
        for (int i = 0; i < signals; i++) {
            // Process.destroy would close the pipes too.
            assertThat(process.toHandle().destroy()).isTrue();
        }
        // What the main thread says may come after what the stage says.
        List<String> rest =
                output.lines().filter(line -> line.startsWith("> closes")).toList();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(Ticker.system().read() - toldNanos)).isLessThan(Duration.ofSeconds(2));
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(rest).containsExactly("> closes " + outcome);
        assertThat(other.tryClaim()).isEqualTo(ClaimFile.Attempt.CLAIMED);
        other.release();
    }

    private void start(String how, Path file) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartedService.class.getName(),
                        how,
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    private void readUntil(String end) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.endsWith(end)) {
                return;
            }
        }
        throw new AssertionError("'" + end + "' was not said");
    }
}
