/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

/** What tells a process to go. Implementations are thread-safe. */
@FunctionalInterface
public interface TerminationSignal {

    /**
     * Runs {@code action} when the signal comes; the process does not end before it returns.
     *
     * @throws IllegalStateException if it has come already
     */
    void onTermination(Runnable action);

    /** SIGTERM, SIGINT and {@link System#exit}: the shutdown of the JVM. */
    static TerminationSignal sigterm() {
        return SigtermSignal.INSTANCE;
    }

    /** Whether the JVM is shutting down already. */
    static boolean isShuttingDown() {
        return SigtermSignal.isShuttingDown();
    }
}
