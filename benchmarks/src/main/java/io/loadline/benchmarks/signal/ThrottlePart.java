/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.ClosedLoop;
import io.loadline.benchmarks.harness.CpuGroup;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A service that burns CPU loses half of its quota while it runs, as a pod that is resized in place or has a noisy
 * neighbour: it can do half as much, so its load is twice what it was. Not thread-safe.
 */
final class ThrottlePart implements Part {
    static final String BARS =
            "- when the CPU quota is halved at constant traffic, the load is within 15 %% of the true one"
                    + " after at most 20 s and at%n  the end, and the bottleneck is the CPU;%n";

    private static final String PATH = "/burn?ms=10";
    private static final double CPUS = 1;
    private static final double LOAD = 0.6;
    private static final double OVERLOAD = 3;
    private static final double REACHED = 0.85;
    private static final double REACHED_BAR = 20;
    private static final double TRUE_BAR = 0.15;
    private static final int CLIENTS = 4;

    private final Table table = new Table(
            "overloaded before",
            "sent/s",
            "true load before",
            "load",
            "true load throttled",
            "reached after s",
            "load at the end",
            "bottleneck");

    /** What it can do in requests a second, with the whole quota and with half of it. */
    private record Capacity(double whole, double half) {}

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        CpuGroup group;
        try {
            group = CpuGroup.create(CPUS);
        } catch (IOException e) {
            System.out.println("Throttle: skipped, no CPU cgroup can be had here: " + e.getMessage());
            figures.put("throttle", "skipped");
            return;
        }
        try (group;
                LoadGenerator generator = new LoadGenerator()) {
            System.err.println("A halved CPU quota, what the service can do ...");
            Capacity capacity = capacity(group, quick, folder.resolve("capacity.log"));
            figures.put("throttle_capacity", capacity.whole).put("throttle_capacity_half", capacity.half);
            for (boolean overloadedBefore : quick ? new boolean[] {true} : new boolean[] {true, false}) {
                System.err.printf("A halved CPU quota, %s ...%n", overloadedBefore ? "overloaded before" : "fresh");
                group.cpus(CPUS);
                measure(overloadedBefore, capacity, group, generator, quick, folder, figures);
            }
        }
        System.out.println(table);
    }

    private static Capacity capacity(CpuGroup group, boolean quick, Path log) throws Exception {
        try (ServiceProcess process = start(false, group, log)) {
            perSecond(process, quick); // the warm-up
            double whole = perSecond(process, quick);
            group.cpus(CPUS / 2);
            return new Capacity(whole, perSecond(process, quick));
        }
    }

    private static double perSecond(ServiceProcess process, boolean quick) throws Exception {
        return ClosedLoop.perSecond(process.port(), PATH, CLIENTS, Duration.ofSeconds(quick ? 6 : 15));
    }

    private static ServiceProcess start(boolean loadline, CpuGroup group, Path log)
            throws IOException, InterruptedException {
        ServiceProcess process = Sample.SPRING_BOOT
                .service(loadline, log)
                .cpuGroup(group)
                // C1 only, as in the benchmark of overload, which says why.
                .jvmArguments(List.of("-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1"))
                .start();
        process.awaitReady(Duration.ofSeconds(120));
        return process;
    }

    private void measure(
            boolean overloadedBefore,
            Capacity capacity,
            CpuGroup group,
            LoadGenerator generator,
            boolean quick,
            Path folder,
            Figures figures)
            throws Exception {
        String name = overloadedBefore ? "known" : "fresh";
        double rate = LOAD * capacity.whole;
        try (ServiceProcess process = start(true, group, folder.resolve(name + ".log"));
                Watch watch = new Watch(process.port(), folder.resolve(name + ".csv"))) {
            LoadRun run = generator.start(
                    LoadPlan.builder(process.port(), PATH).ratePerSecond(rate).build());
            watch.follow("warm-up", Duration.ofSeconds(15), run);
            if (overloadedBefore) {
                run.ratePerSecond(OVERLOAD * capacity.whole);
                watch.follow("overload", Duration.ofSeconds(12), run);
                run.ratePerSecond(rate);
                watch.follow("calming", Duration.ofSeconds(20), run);
            }
            List<Watch.Sample> before = watch.follow("before", Duration.ofSeconds(10), run);
            group.cpus(CPUS / 2);
            List<Watch.Sample> throttled = watch.follow("throttled", Duration.ofSeconds(quick ? 35 : 60), run);
            run.stop();
            List<Watch.Sample> end = Watch.after(throttled, Duration.ofSeconds(quick ? 25 : 45));
            double truth = Watch.offeredPerSecond(end) / capacity.half;
            double reached = Watch.reached(throttled, REACHED * Watch.offeredPerSecond(throttled) / capacity.half);
            double load = Watch.meanLoad(end);
            String bottleneck = Watch.bottleneck(end);
            table.row(
                    overloadedBefore ? "yes" : "no",
                    rate,
                    fraction(Watch.offeredPerSecond(before) / capacity.whole),
                    fraction(Watch.meanLoad(before)),
                    fraction(truth),
                    reached,
                    fraction(load),
                    bottleneck);
            String prefix = "throttle_" + name + "_";
            figures.put(prefix + "true", truth)
                    .put(prefix + "load", load)
                    .put(prefix + "reached_s", reached)
                    .bar(prefix + "reached_bar", reached <= REACHED_BAR)
                    .bar(prefix + "bar", Math.abs(load / truth - 1) <= TRUE_BAR)
                    .bar(prefix + "bottleneck_bar", bottleneck.equals("cpu"));
        }
    }

    private static String fraction(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
