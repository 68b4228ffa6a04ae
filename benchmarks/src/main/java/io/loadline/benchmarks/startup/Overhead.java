/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.ToolProcess;
import io.loadline.benchmarks.harness.Workspace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;

/** Starts of a Boot application with the starter on its class path and without, in pairs. Not thread-safe. */
final class Overhead {
    private static final double TIME_BAR_MILLIS = 150;
    private static final double HEAP_BAR_MIB = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern USED = Pattern.compile("generation .*?used (\\d+)K");
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m");

    /**
     * One start.
     *
     * @param millis until the context had started, as Boot has it
     * @param heapMib live heap after a collection
     */
    private record Start(double millis, double heapMib) {}

    private final int pairs;
    private final Path folder;
    private final List<Start> without = new ArrayList<>();
    private final List<Start> with = new ArrayList<>();

    Overhead(int pairs, Path folder) {
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
        double millis = row(table, "context start ms", without, with, true);
        double heapMib = row(table, "live heap MiB", without, with, false);
        System.out.println(table);
        return new Figures()
                .put("pairs", pairs)
                .put("context_start_more_ms", millis)
                .put("live_heap_more_mib", heapMib)
                .bar("context_start_bar", millis < TIME_BAR_MILLIS)
                .bar("live_heap_bar", heapMib < HEAP_BAR_MIB);
    }

    private void pair(boolean starter, int pair) throws IOException, InterruptedException {
        Path log = folder.resolve((starter ? "with-" : "without-") + pair + ".log");
        (starter ? with : without).add(start(starter, log));
    }

    private static double row(Table table, String name, List<Start> without, List<Start> with, boolean time) {
        double before = median(without, time);
        double after = median(with, time);
        table.row(name, before, after, after - before);
        return after - before;
    }

    private static double median(List<Start> starts, boolean time) {
        return Median.withDefaults()
                .evaluate(starts.stream()
                        .mapToDouble(start -> time ? start.millis() : start.heapMib())
                        .toArray());
    }

    private static Start start(boolean starter, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", classPath(starter), BootApplication.class.getName(), "--server.port=0"));
        try (ToolProcess application = ToolProcess.start(log, command)) {
            double millis = startedMillis(application, log);
            TimeUnit.SECONDS.sleep(1); // what runs behind the start
            return new Start(millis, liveHeapMib(application, log));
        }
    }

    private static double startedMillis(ToolProcess application, Path log) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (application.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            for (String line : Files.readAllLines(log)) {
                if (line.startsWith(BootApplication.STARTED)) {
                    return Double.parseDouble(line.substring(BootApplication.STARTED.length()));
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IllegalStateException("the application did not start, see " + log);
    }

    private static double liveHeapMib(ToolProcess application, Path log) throws IOException, InterruptedException {
        Path answer = Path.of(log + ".heap");
        Jcmd.run(application.pid(), answer, "GC.run");
        Jcmd.run(application.pid(), answer, "GC.heap_info");
        Matcher generations = USED.matcher(Files.readString(answer));
        long kib = 0;
        int found = 0;
        while (generations.find()) {
            kib += Long.parseLong(generations.group(1));
            found++;
        }
        if (found != 2) {
            throw new IllegalStateException("expected two generations in " + answer);
        }
        return kib / 1024.0;
    }

    /* Not the jar of the benchmarks: its manifest names the starter. */
    private static String classPath(boolean starter) throws IOException {
        Path target = Workspace.root().resolve("benchmarks/target");
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            return Stream.concat(
                            Stream.of(target.resolve("classes")),
                            jars.filter(jar -> starter
                                            || !jar.getFileName().toString().startsWith("loadline-"))
                                    .sorted())
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
