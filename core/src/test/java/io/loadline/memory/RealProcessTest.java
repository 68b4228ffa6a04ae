/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real process in real time, with windows of 1.2 s: in a memory cgroup of its own where this machine lets one be made
 * (version 1, as root), else judged by its own resident memory.
 */
@Timeout(40)
class RealProcessTest {
    private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
    private static final String SAYS = "> ";

    private Path cgroup;
    private Process process;
    private BufferedReader output;

    @AfterEach
    void end() throws Exception {
        process.destroyForcibly().waitFor();
        if (cgroup != null) {
            Files.delete(cgroup);
        }
    }

    @Test
    void process_thatIsSteadyThenGrows_isToldWhatItIsAndWhatItNeeds() throws Exception {
        cgroup = newCgroup();
        start();
        String[] advice = readUntil("advice ").split(" ", -1);
        double steady = Double.parseDouble(advice[1]);
        double request = Double.parseDouble(advice[2]);
        double truth = usedMib();
        readUntil("state STABLE");

        assertThat(steady / truth)
                .as("advised " + steady + " of " + truth + " MiB")
                .isBetween(0.9, 1.1);
        assertThat(request / truth).isBetween(1.0, 1.25);

        if (cgroup != null) {
            Files.writeString(cgroup.resolve("memory.limit_in_bytes"), "" + 700 * MIB);
            assertThat(readUntil("limit ")).isEqualTo("limit 700");
        }
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        readUntil("state GROWING");
    }

    /** As the kernel accounts it, read here and not by the process. */
    private double usedMib() throws IOException {
        if (cgroup == null) {
            return kib("RssAnon:") / 1_024.0;
        }
        String stat = Files.readString(cgroup.resolve("memory.stat"));
        long inactive = stat.lines()
                .filter(line -> line.startsWith("total_inactive_file "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .findAny()
                .orElseThrow();
        return (Long.parseLong(Files.readString(cgroup.resolve("memory.usage_in_bytes"))
                                .trim())
                        - inactive)
                / (double) MIB;
    }

    private long kib(String field) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findAny()
                .orElseThrow();
    }

    private static Path newCgroup() throws IOException {
        if (!Files.isWritable(V1) || !Files.exists(V1.resolve("memory.limit_in_bytes"))) {
            return null;
        }
        Path made = V1.resolve("loadline-test-" + ProcessHandle.current().pid());
        try {
            Files.createDirectory(made);
            Files.writeString(made.resolve("memory.limit_in_bytes"), "" + 600 * MIB);
            return made;
        } catch (IOException notAllowed) {
            Files.deleteIfExists(made);
            return null;
        }
    }

    /** The shell enters the cgroup and becomes the JVM, so that all its memory is accounted there. */
    private void start() throws IOException {
        List<String> command = new ArrayList<>();
        if (cgroup != null) {
            command.addAll(
                    List.of("sh", "-c", "echo $$ > " + cgroup.resolve("cgroup.procs") + " && exec \"$@\"", "sh"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms48m",
                "-Xmx48m",
                "-XX:+AlwaysPreTouch",
                "-XX:TieredStopAtLevel=1",
                "-XX:MaxDirectMemorySize=400m",
                "-cp",
                System.getProperty("java.class.path"),
                SteadyProcess.class.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    @CanIgnoreReturnValue
    private String readUntil(String start) throws IOException {
        List<String> said = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.add(line);
            if (line.startsWith(SAYS + start)) {
                return line.substring(SAYS.length());
            }
        }
        throw new AssertionError("'" + start + "' was not said: " + said);
    }
}
