/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the system run as a child process. Thread-safe.
 *
 * <p>The child is killed when this JVM ends.
 */
public final class ToolProcess implements AutoCloseable {
    private final Process process;

    private ToolProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts {@code command} and returns at once.
     *
     * @param log where its output and its errors go, after what is there
     * @throws IOException if there is no such program
     */
    public static ToolProcess start(Path log, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Children.add(process);
        return new ToolProcess(process);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the program to end and returns its exit code. */
    public int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    /** Ends the program by SIGTERM, or without grace if it takes longer than two seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
