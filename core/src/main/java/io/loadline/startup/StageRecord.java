/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** What has become of a stage so far. Not thread-safe; guarded by the startup's lock. */
final class StageRecord {
    /** The gate keeps as much in reserve. */
    private static final double ESTIMATE_TOLERANCE = 1.25;

    /** Lines that one stage may add. */
    private static final int MAX_TOLD = 20;

    final StartupStage stage;
    final Turn turn;

    StageOutcome outcome = StageOutcome.PENDING;
    int attempts;
    String failure = "";
    boolean longWaitLogged;
    boolean staleHeapCollected;

    /** When it may be tried again; meaningful after a failed attempt. */
    long notBeforeNanos;

    private long tookNanos;
    private long tookBytes;
    private long reportedBytes;
    private long heapDeltaBytes;
    private OptionalLong memoryDeltaBytes = OptionalLong.empty();
    private final Set<String> told = new LinkedHashSet<>();

    private StageRecord(StartupStage stage, Turn turn) {
        this.stage = stage;
        this.turn = turn;
    }

    /** A record for each stage of {@code plan}, which come to {@code gate}. */
    static List<StageRecord> of(StartupPlan plan, MemoryGate gate, StageHistory history) {
        List<StageRecord> records = new ArrayList<>();
        for (StartupStage stage : plan.stages()) {
            Turn turn = gate.turn(
                    stage, plan.isNeededForReadiness(stage), history.bytes(stage.name()), history.nanos(stage.name()));
            records.add(new StageRecord(stage, turn));
        }
        return records;
    }

    /** What the process uses: its own resident memory if that is known, else what the JVM counts. */
    static long ownBytes(MemoryReading reading) {
        return reading.processBytes()
                .orElse(reading.heapUsedBytes()
                        + reading.metaspaceBytes()
                        + reading.codeCacheBytes()
                        + reading.directBytes());
    }

    /** The memory was {@code now} while it ran, and {@code before} when it began. */
    void sample(MemoryReading before, MemoryReading now) {
        tookBytes = Math.max(tookBytes, ownBytes(now) - ownBytes(before));
    }

    void report(long bytes) {
        reportedBytes = Math.max(reportedBytes, bytes);
    }

    /** The stage says that {@code what} should be looked at, once or at each attempt. */
    void warn(String what) {
        if (told.size() < MAX_TOLD) {
            told.add("stage '" + stage.name() + "': " + what.replaceAll("\\s+", " "));
        }
    }

    /** An attempt is over that ran for {@code nanos}. */
    void ran(long nanos, MemoryReading before, MemoryReading after) {
        tookNanos += nanos;
        heapDeltaBytes = after.heapUsedBytes() - before.heapUsedBytes();
        memoryDeltaBytes =
                before.anonymousBytes().isPresent() && after.anonymousBytes().isPresent()
                        ? OptionalLong.of(after.anonymousBytes().getAsLong()
                                - before.anonymousBytes().getAsLong())
                        : OptionalLong.empty();
    }

    /** By how much the memory has grown at most, as far as anybody knows. */
    long tookBytes() {
        return Math.max(tookBytes, reportedBytes);
    }

    long tookNanos() {
        return tookNanos;
    }

    /** What should be looked at, a line each. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(told);
        long estimate = stage.estimateBytes().orElse(Long.MAX_VALUE);
        if (tookBytes() > ESTIMATE_TOLERANCE * estimate) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "stage '%s' took %s, its estimate is %s",
                    stage.name(),
                    StartupReport.mib(tookBytes()),
                    StartupReport.mib(estimate)));
        }
        if (turn.wentAhead()) {
            warnings.add("stage '" + stage.name() + "' went ahead although " + turn.reason());
        }
        return warnings;
    }

    StageReport toReport() {
        return new StageReport(
                stage.name(),
                stage.tier(),
                outcome,
                attempts,
                Duration.ofNanos(turn.waitedNanos()),
                turn.reason(),
                turn.wentAhead(),
                Duration.ofNanos(tookNanos),
                turn.gated ? turn.needBytes : 0,
                tookBytes(),
                heapDeltaBytes,
                memoryDeltaBytes,
                failure);
    }
}
