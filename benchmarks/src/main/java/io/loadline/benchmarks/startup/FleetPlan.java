/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.MemoryGroup;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What the pods of a fleet are. Immutable.
 *
 * @param size how many
 * @param spikeMib what the catalog takes while it is read: real rows on the heap of each, garbage afterwards
 * @param readTime what the source of the rows takes at least
 */
record FleetPlan(int size, int spikeMib, Duration readTime) {
    /** As many as the bars are about. */
    static final int EIGHT = 8;

    /**
     * What each JVM is told. One CPU as its own view, as a small pod has. G1 gives memory back after a collection only,
     * and then down to what the two ratios say; with its default of GCTimeRatio the garbage of the start of the JVM alone
     * doubles a heap as small as this one. The heap may hold the spike and what a young collection copies of it.
     */
    static final List<String> JVM = List.of(
            "-XX:+UseG1GC",
            "-Xms32m",
            "-Xmx320m",
            "-XX:G1HeapRegionSize=1m",
            "-XX:GCTimeRatio=1",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:ActiveProcessorCount=1",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError");

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    /** The same fleet without the spike. */
    FleetPlan unspiked() {
        return spiked(0);
    }

    FleetPlan spiked(int mib) {
        return new FleetPlan(size, mib, readTime);
    }

    FleetPlan sized(int pods) {
        return new FleetPlan(pods, spikeMib, readTime);
    }

    /** Names as a deployment gives them; the pods know nothing else of each other. */
    static List<String> names(long seed, int count) {
        Random random = new Random(seed);
        String replicaSet = word(random, 10);
        return random.ints(count)
                .mapToObj(ignored -> "orders-" + replicaSet + '-' + word(random, 5))
                .toList();
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return word.toString();
    }

    Pod start(String name, Mode mode, @Nullable MemoryGroup group, Path folder) throws IOException {
        ServiceProcess.Builder builder = ServiceProcess.builder(Sample.PLAIN_JAVA.jar(), folder.resolve(name + ".log"))
                .jvmArguments(JVM)
                .env("HOSTNAME", name)
                // Otherwise each thread of glibc may have a heap of its own, and no two runs are alike.
                .env("MALLOC_ARENA_MAX", "2")
                .env("CATALOG_MIB", String.valueOf(spikeMib))
                .env("CATALOG_MILLIS", String.valueOf(readTime.toMillis()))
                .memoryGroup(group);
        mode.environment.forEach(builder::env);
        if (mode == Mode.LOCK) {
            builder.env(
                    "LOADLINE_STARTUP_LOCK_FILE", folder.resolve("startup.lock").toString());
        }
        return new Pod(name, builder.start());
    }
}
