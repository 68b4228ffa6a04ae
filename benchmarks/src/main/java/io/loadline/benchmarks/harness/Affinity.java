/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Confines running processes to CPUs, by {@code taskset}. Thread-safe.
 *
 * <p>A JVM counts its CPUs by the same means, again and again: a service whose behaviour depends on that number is to be
 * started with {@code -XX:ActiveProcessorCount}.
 */
public final class Affinity {
    private Affinity() {}

    /**
     * Moves all threads of a service, and those they will start, to {@code cpus}.
     *
     * @param cpus a list such as {@code 0} or {@code 0-3}
     */
    public static void confine(ServiceProcess service, String cpus) throws IOException, InterruptedException {
        confine(service.pid(), cpus, service.log().resolveSibling("taskset.log"));
    }

    /** Moves this JVM, whose children inherit it unless they are moved themselves. */
    public static void confineSelf(String cpus, Path log) throws IOException, InterruptedException {
        confine(ProcessHandle.current().pid(), cpus, log);
    }

    private static void confine(long pid, String cpus, Path log) throws IOException, InterruptedException {
        List<String> command = List.of("taskset", "-a", "-p", "-c", cpus, String.valueOf(pid));
        try (ToolProcess taskset = ToolProcess.start(log, command)) {
            if (taskset.awaitExit() != 0) {
                throw new IllegalStateException("taskset failed, see " + log);
            }
        }
    }
}
