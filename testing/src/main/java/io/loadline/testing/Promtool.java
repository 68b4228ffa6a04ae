/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prometheus's own checker of rules and metrics, as Debian has it. Thread-safe. */
public final class Promtool {
    private static final Path PROGRAM = Path.of("/usr/bin/promtool");

    private Promtool() {}

    /** Whether this machine has it. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Skips the calling test where this machine does not have it, unless {@code LOADLINE_REQUIRE_TOOLS=true} forbids that. */
    public static void assumeInstalled() {
        boolean required = Boolean.parseBoolean(System.getenv("LOADLINE_REQUIRE_TOOLS"));
        assumeTrue(required || isInstalled(), "skipped: needs promtool, in Debian 'apt-get install prometheus'");
    }

    /**
     * Runs it in {@code folder} with {@code input}.
     *
     * @param input what it reads to its end before it writes anything; may be empty
     * @return what it has to say; ends with {@code exit code N} unless that is 0
     */
    public static String run(Path folder, String input, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(arguments);
        command.add(0, PROGRAM.toString());
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.waitFor();
        return exitCode == 0 ? output : output + "exit code " + exitCode;
    }
}
