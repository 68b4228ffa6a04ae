/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The child processes of this JVM, killed when it ends, however it ends, with those that they have started. Thread-safe.
 *
 * <p>One hook for all, registered with the first child.
 */
final class Children {
    private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();
    private static final Queue<Runnable> AFTERWARDS = new ConcurrentLinkedQueue<>();
    private static volatile boolean closing;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Children::killAll, "children"));
    }

    private Children() {}

    static void add(Process process) {
        STARTED.add(process);
        if (closing) {
            // Started by a thread that takes a killed child for one that has ended.
            process.destroyForcibly();
        }
    }

    /** Runs {@code cleaning} when this JVM ends and its children have ended. */
    static void afterwards(Runnable cleaning) {
        AFTERWARDS.add(cleaning);
    }

    private static void killAll() {
        closing = true;
        STARTED.forEach(child -> {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly(); // does nothing to those that have ended
        });
        if (AFTERWARDS.isEmpty()) {
            return;
        }
        try {
            for (Process process : STARTED) {
                process.waitFor(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        AFTERWARDS.forEach(Runnable::run);
    }
}
