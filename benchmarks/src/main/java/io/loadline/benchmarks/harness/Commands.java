/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Runs the command lines of the benchmarks. Thread-safe. */
public final class Commands {
    private Commands() {}

    /** Runs a picocli command and ends this JVM with its exit code; what goes wrong is told in one message. */
    public static void run(Callable<Integer> command, String[] arguments) {
        int exitCode = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, result) -> {
                    System.err.println(failure);
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
        System.exit(exitCode);
    }
}
