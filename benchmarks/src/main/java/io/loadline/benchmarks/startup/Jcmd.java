/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Asks running JVMs, by the JDK's tool. Stateless. */
final class Jcmd {
    private Jcmd() {}

    /** Sends a command to a JVM and waits for the answer, which goes to {@code answer}, after what is there. */
    static void run(long pid, Path answer, String command) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try (ToolProcess tool = ToolProcess.start(answer, List.of(jcmd, String.valueOf(pid), command))) {
            if (tool.awaitExit() != 0) {
                throw new IllegalStateException("jcmd " + command + " failed, see " + answer);
            }
        }
    }
}
