/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.ToolProcess;
import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is left in the heap of an application in Quarkus' dev mode after reloads, with the extension and without: that of
 * {@code benchmarks/quarkus/reload}, which Maven builds and reloads in a test. Not thread-safe.
 */
final class Reloads {
    private static final double BAR_MIB = 2;

    /* Every few reloads something of the compiler's lives a little longer, so the lowest of as many readings counts. */
    private static final int WINDOW = 4;
    private static final double MIB = 1 << 20;

    /**
     * One application.
     *
     * @param beforeMib what was live in the heap before the reloads
     * @param afterMib the same after them
     */
    record Growth(double beforeMib, double afterMib) {
        double mib() {
            return afterMib - beforeMib;
        }
    }

    private final int reloads;
    private final Path folder;

    Reloads(int reloads, Path folder) {
        this.reloads = reloads;
        this.folder = folder;
    }

    Figures run() throws IOException, InterruptedException {
        Growth without = measure(false);
        Growth with = measure(true);
        System.out.println(new Table("", "live heap MiB", "after " + reloads + " reloads", "more")
                .row("without", without.beforeMib(), without.afterMib(), without.mib())
                .row("with", with.beforeMib(), with.afterMib(), with.mib()));
        return figures(reloads, without, with);
    }

    static Figures figures(int reloads, Growth without, Growth with) {
        double more = with.mib() - without.mib();
        return new Figures()
                .put("reloads", reloads)
                .put("growth_without_mib", without.mib())
                .put("growth_with_mib", with.mib())
                .put("growth_more_mib", more)
                .bar("growth_bar", more <= BAR_MIB);
    }

    private Growth measure(boolean loadline) throws IOException, InterruptedException {
        String name = loadline ? "with" : "without";
        Path log = folder.resolve(name + ".log");
        Path bytes = folder.resolve(name + ".txt");
        System.err.printf("Building the application %s the extension, and reloading it ...%n", name);
        try (ToolProcess maven = ToolProcess.start(log, command(loadline, bytes))) {
            if (maven.awaitExit() != 0) {
                throw new IllegalStateException("Maven failed, see " + log);
            }
        }
        return growth(Files.readAllLines(bytes), reloads);
    }

    private List<String> command(boolean loadline, Path bytes) {
        return List.of(
                "mvn",
                "-B",
                "-ntp",
                "-f",
                Workspace.root().resolve("pom.xml").toString(),
                "-P",
                loadline ? "quarkus-benchmarks,reload-with" : "quarkus-benchmarks",
                "-pl",
                "benchmarks/quarkus/reload",
                "-am",
                "package",
                "-Dtest=ReloadedHeapTest",
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dloadline.reload.readings=" + (reloads + WINDOW),
                "-Dloadline.reload.file=" + bytes);
    }

    /**
     * Reads what the application wrote down.
     *
     * @param lines bytes, with a reload between one and the next
     */
    static Growth growth(List<String> lines, int reloads) {
        if (lines.size() != reloads + WINDOW) {
            throw new IllegalStateException("expected " + (reloads + WINDOW) + " readings of the heap: " + lines);
        }
        return new Growth(
                lowestMib(lines.subList(0, WINDOW)), lowestMib(lines.subList(lines.size() - WINDOW, lines.size())));
    }

    private static double lowestMib(List<String> bytes) {
        return bytes.stream().mapToLong(Long::parseLong).min().orElseThrow() / MIB;
    }
}
