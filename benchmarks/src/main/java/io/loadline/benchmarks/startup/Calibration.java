/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.MemoryGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet takes at rest, and the spike that makes a pod take twice as much while it starts. Immutable.
 *
 * @param plan with that spike
 * @param steadyBytes anonymous memory of all pods of an un-spiked twin, ready and collected once
 * @param soloPeakBytes the most that one spiked pod alone took, without a gate
 */
record Calibration(FleetPlan plan, long steadyBytes, long soloPeakBytes) {
    private static final int ATTEMPTS = 4;
    private static final double NEAR = 0.03;
    private static final long MIB = 1024 * 1024;

    /** Measures {@code plan}, whose spike does not matter; what it takes at rest is the median of {@code twins}. */
    static Calibration measure(FleetPlan plan, int twins, Path folder, boolean grouped)
            throws IOException, InterruptedException {
        List<Long> steady = new ArrayList<>();
        for (int twin = 1; twin <= twins; twin++) {
            // Collected once, as the spiked ones are: what the boot of a JVM left as garbage depends on how busy the
            // machine was.
            steady.add(run(plan.unspiked(), Mode.LOCK, twin, folder.resolve("twin-" + twin), grouped, true)
                    .lastBytes());
        }
        long steadyBytes = steady.stream().sorted().toList().get(twins / 2);
        long wantedBytes = 2 * steadyBytes / plan.size();
        int mib = Math.toIntExact(steadyBytes / plan.size() / MIB);
        for (int attempt = 1; ; attempt++) {
            FleetPlan solo = plan.spiked(mib).sized(1);
            long peakBytes = run(solo, Mode.UNGATED, attempt, folder.resolve("solo-" + attempt), grouped, false)
                    .peakBytes();
            if (attempt == ATTEMPTS || Math.abs(peakBytes - wantedBytes) <= NEAR * wantedBytes) {
                return new Calibration(plan.spiked(mib), steadyBytes, peakBytes);
            }
            mib = Math.max(1, mib + Math.round((wantedBytes - peakBytes) / (float) MIB));
        }
    }

    private static FleetResult run(FleetPlan plan, Mode mode, int seed, Path folder, boolean grouped, boolean collected)
            throws IOException, InterruptedException {
        try (@Nullable MemoryGroup group = grouped ? MemoryGroup.create(OptionalLong.empty()) : null) {
            FleetRun run = new FleetRun(plan, mode, folder, group).afterwards(Duration.ofSeconds(4));
            return (collected ? run.collected() : run).run(seed);
        }
    }

    /** How many times the fleet's memory at rest {@code bytes} are. */
    double ofSteady(long bytes) {
        return (double) bytes / steadyBytes;
    }

    /** How many times its own memory at rest one pod took. */
    double soloPeak() {
        return (double) soloPeakBytes * plan.size() / steadyBytes;
    }
}
