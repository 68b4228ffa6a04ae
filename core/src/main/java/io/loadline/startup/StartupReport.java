/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A start, over or under way. Immutable.
 *
 * @param begun whether it has begun
 * @param ended whether all stages have ended
 * @param stages the stages in the order in which they are to run
 * @param readyAfter how long after the beginning the service was ready; empty before that
 * @param elapsed the time since the beginning, until the end
 * @param peakBytes the most memory that the process was seen to take before it was ready and while stages ran; what the
 *     JVM counts if nobody else does
 * @param wentAhead how often a stage stopped waiting because it had waited too long
 * @param warnings what should be looked at, a line each
 */
public record StartupReport(
        boolean begun,
        boolean ended,
        List<StageReport> stages,
        Optional<Duration> readyAfter,
        Duration elapsed,
        OptionalLong peakBytes,
        long wentAhead,
        List<String> warnings) {
    private static final long MIB = 1 << 20;

    /** Copies the lists. */
    public StartupReport {
        stages = List.copyOf(stages);
        warnings = List.copyOf(warnings);
    }

    /** All of it as a table for people, one line per stage and warning. */
    public String table() {
        int width = Math.max(
                5,
                stages.stream().mapToInt(stage -> stage.name().length()).max().orElse(0));
        StringBuilder out = new StringBuilder(256);
        out.append(readyAfter.map(ready -> "ready after " + seconds(ready)).orElse("not ready"))
                .append(", ")
                .append(ended ? "ended after " : "under way for ")
                .append(seconds(elapsed))
                .append(peakBytes.isPresent() ? ", peak of the process " + mib(peakBytes.getAsLong()) : "");
        String format = "%n  %-" + width + "s  %-10s  %-9s  %8s  %8s  %9s  %9s  %9s  %s";
        if (!stages.isEmpty()) {
            out.append(String.format(
                    Locale.ROOT, format, "stage", "tier", "outcome", "took", "waited", "need", "grew", "heap", "why"));
        }
        for (StageReport stage : stages) {
            out.append(String.format(
                    Locale.ROOT,
                    format,
                    stage.name(),
                    stage.tier(),
                    stage.outcome(),
                    seconds(stage.took()),
                    seconds(stage.waited()),
                    mib(stage.needBytes()),
                    mib(stage.tookBytes()),
                    mib(stage.heapDeltaBytes()),
                    (stage.failure().isEmpty() ? stage.waitReason() : stage.failure()).replaceAll("\\s+", " ")));
        }
        warnings.forEach(warning -> out.append(String.format("%n  ! %s", warning)));
        return out.toString();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
    }

    static String mib(long bytes) {
        return Math.round((double) bytes / MIB) + " MiB";
    }
}
