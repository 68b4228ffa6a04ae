/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks running JVMs, by the JDK's tool. Stateless. */
final class Jcmd {
    private static final Pattern USED = Pattern.compile("generation .*?used (\\d+)K");

    private Jcmd() {}

    /** What is live in the heap of a JVM with the serial collector; its answers go to {@code answer}, which there is not yet. */
    static double liveHeapMib(long pid, Path answer) throws IOException, InterruptedException {
        run(pid, answer, "GC.run");
        run(pid, answer, "GC.heap_info");
        return usedMib(Files.readString(answer));
    }

    /**
     * Adds up the generations.
     *
     * @throws IllegalStateException if there are not two of them
     */
    static double usedMib(String heapInfo) {
        Matcher generations = USED.matcher(heapInfo);
        long kib = 0;
        int found = 0;
        while (generations.find()) {
            kib += Long.parseLong(generations.group(1));
            found++;
        }
        if (found != 2) {
            throw new IllegalStateException("expected two generations:\n" + heapInfo);
        }
        return kib / 1024.0;
    }

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
