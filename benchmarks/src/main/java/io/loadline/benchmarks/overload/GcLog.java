/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/** The pauses that a JVM has written with {@code -Xlog:gc}. Not thread-safe. */
final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("\\[([0-9.]+)s].* Pause .* ([0-9.]+)ms$");

    private final Histogram pauseMicros = new Histogram(3);

    static String jvmArgument(Path file) {
        return "-Xlog:gc:file=" + file + ":uptime";
    }

    /** Adds the pauses of one log that began after so many seconds of the JVM's life. */
    void add(Path file, double afterSeconds) throws IOException {
        for (String line : Files.readAllLines(file)) {
            Matcher pause = PAUSE.matcher(line);
            if (pause.find() && Double.parseDouble(pause.group(1)) >= afterSeconds) {
                pauseMicros.recordValue((long) (Double.parseDouble(pause.group(2)) * 1_000));
            }
        }
    }

    long count() {
        return pauseMicros.getTotalCount();
    }

    double millis(double percentile) {
        return pauseMicros.getValueAtPercentile(percentile) / 1e3;
    }
}
