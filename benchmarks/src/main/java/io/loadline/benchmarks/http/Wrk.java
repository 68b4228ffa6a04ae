/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of wrk. Immutable.
 *
 * @param perSecond good answers a second
 * @param failed answers with another status, and errors of sockets
 */
record Wrk(double perSecond, long failed) {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern STATUS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final Pattern ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");

    /**
     * Runs wrk and waits for its end.
     *
     * @param cpu the CPU it is confined to
     * @param log where its output goes
     */
    static Wrk run(int cpu, int connections, int seconds, String url, Path log)
            throws IOException, InterruptedException {
        List<String> command = List.of(
                "taskset", "-c", String.valueOf(cpu), "wrk", "-t1", "-c" + connections, "-d" + seconds + "s", url);
        try (ToolProcess process = ToolProcess.start(log, command)) {
            if (process.awaitExit() != 0) {
                throw new IllegalStateException("wrk failed:\n" + Files.readString(log));
            }
        }
        return parse(Files.readString(log));
    }

    static Wrk parse(String output) {
        Matcher rate = RATE.matcher(output);
        if (!rate.find()) {
            throw new IllegalStateException("wrk told no rate:\n" + output);
        }
        Matcher status = STATUS.matcher(output);
        long failed = status.find() ? Long.parseLong(status.group(1)) : 0;
        Matcher errors = ERRORS.matcher(output);
        if (errors.find()) {
            for (int i = 1; i <= errors.groupCount(); i++) {
                failed += Long.parseLong(errors.group(i));
            }
        }
        return new Wrk(Double.parseDouble(rate.group(1)), failed);
    }
}
