/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;

/** Starts of an application with Loadline and without, in pairs. Not thread-safe. */
final class Overhead {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m");

    /**
     * One start.
     *
     * @param millis until the application had started, as its framework has it
     * @param heapMib live heap after a collection
     * @param residentMib all memory of the process then: classes, code and threads, too, and what the heap has ever touched
     */
    private record Start(double millis, double heapMib, double residentMib) {}

    private final Application application;
    private final int pairs;
    private final Path folder;
    private final List<Start> without = new ArrayList<>();
    private final List<Start> with = new ArrayList<>();

    Overhead(Application application, int pairs, Path folder) {
        this.application = application;
        this.pairs = pairs;
        this.folder = folder;
    }

    Figures run() throws IOException, InterruptedException {
        System.out.println("JVMs: java " + String.join(" ", JVM));
        start(false, folder.resolve("warm-without.log")); // files into the page cache
        start(true, folder.resolve("warm-with.log"));
        for (int pair = 1; pair <= pairs; pair++) {
            System.err.printf("Pair %d of %d ...%n", pair, pairs);
            boolean withFirst = pair % 2 == 0;
            pair(withFirst, pair);
            pair(!withFirst, pair);
        }
        Table table = new Table("", "without", "with", "more");
        double millis = row(table, application.start.replace('_', ' ') + " ms", Start::millis);
        double heapMib = row(table, "live heap MiB", Start::heapMib);
        double residentMib = row(table, "resident MiB", Start::residentMib);
        System.out.println(table);
        return new Figures()
                .put("pairs", pairs)
                .put(application.start + "_more_ms", millis)
                .put("live_heap_more_mib", heapMib)
                .put("resident_more_mib", residentMib)
                .bar(application.start + "_bar", millis < application.barMillis)
                .bar("live_heap_bar", heapMib < application.barHeapMib);
    }

    private void pair(boolean loadline, int pair) throws IOException, InterruptedException {
        Path log = folder.resolve((loadline ? "with-" : "without-") + pair + ".log");
        (loadline ? with : without).add(start(loadline, log));
    }

    private double row(Table table, String name, ToDoubleFunction<Start> figure) {
        double before = median(without, figure);
        double after = median(with, figure);
        table.row(name, before, after, after - before);
        return after - before;
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
        return Median.withDefaults()
                .evaluate(starts.stream().mapToDouble(figure).toArray());
    }

    private Start start(boolean loadline, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(application.arguments(loadline));
        try (ToolProcess process = ToolProcess.start(log, command)) {
            double millis = startedMillis(process, log);
            TimeUnit.SECONDS.sleep(application.settleSeconds);
            double heapMib = Jcmd.liveHeapMib(process.pid(), Path.of(log + ".heap"));
            return new Start(millis, heapMib, residentMib(process.pid()));
        }
    }

    private double startedMillis(ToolProcess process, Path log) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            for (String line : Files.readAllLines(log)) {
                OptionalDouble millis = application.startedMillis(line);
                if (millis.isPresent()) {
                    return millis.getAsDouble();
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IllegalStateException("the application did not start, see " + log);
    }

    private static double residentMib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024.0;
    }
}
