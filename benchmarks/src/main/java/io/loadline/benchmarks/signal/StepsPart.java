/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Affinity;
import io.loadline.benchmarks.harness.ClosedLoop;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The load in steps of half, three times, once and half of the capacity, of a service that is short of places and of one
 * that is short of CPU. What the services can do is found out by another process without Loadline. Not thread-safe.
 */
final class StepsPart implements Part {
    static final String BARS =
            "- at 0.5, 3, 1 and 0.5 times the capacity of a pool and of a CPU, 95 %% of the settled loads"
                    + " are within 15 %% of what a%n  generator sends (25 %% before the first overload), and within 10 s after the"
                    + " step to 3 times one is;%n";

    private static final int CPUS = Runtime.getRuntime().availableProcessors();
    private static final double REACHED = 0.85;
    private static final double REACHED_BAR = 10;
    private static final double MOST = 95;

    private enum Service {
        /** Ten connections of 20 ms each. */
        POOL("/pool", 16, false, List.of("-Xms512m", "-Xmx512m")),
        /** One core, of which each request takes 10 ms, and C1 only, as in the benchmark of overload, which says why. */
        BURN(
                "/burn?ms=10",
                4,
                true,
                List.of("-Xms512m", "-Xmx512m", "-XX:ActiveProcessorCount=1", "-XX:TieredStopAtLevel=1"));

        private final String path;
        private final int clients;
        private final boolean pinned;
        private final List<String> jvmArguments;

        Service(String path, int clients, boolean pinned, List<String> jvmArguments) {
            this.path = path;
            this.clients = clients;
            this.pinned = pinned;
            this.jvmArguments = jvmArguments;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /* After a step down the longer of the signal's means has to forget what was before. */
    private enum Phase {
        BEFORE(0.5, 14, 22, 0.25),
        OVERLOAD(3, 10, 22, 0.15),
        FULL(1, 18, 30, 0.15),
        AFTER(0.5, 18, 30, 0.15);

        private final double factor;
        private final int settleSeconds;
        private final int quickSeconds;
        private final double bar;

        Phase(double factor, int settleSeconds, int quickSeconds, double bar) {
            this.factor = factor;
            this.settleSeconds = settleSeconds;
            this.quickSeconds = quickSeconds;
            this.bar = bar;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Table table = new Table(
            "service",
            "phase",
            "sent/s",
            "answered/s",
            "true load",
            "load",
            "95 % off by at most %",
            "worst %",
            "reached after s",
            "bottleneck");

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        try (LoadGenerator generator = new LoadGenerator()) {
            for (Service service : Service.values()) {
                if (service.pinned) {
                    Affinity.confineSelf("1", folder.resolve("taskset.log"));
                }
                try {
                    measure(service, generator, quick, folder, figures);
                } finally {
                    if (service.pinned) {
                        Affinity.confineSelf("0-" + (CPUS - 1), folder.resolve("taskset.log"));
                    }
                }
            }
        }
        System.out.println(table);
    }

    private void measure(Service service, LoadGenerator generator, boolean quick, Path folder, Figures figures)
            throws Exception {
        System.err.printf("Steps, %s, what it can do ...%n", service);
        double capacity = capacity(service, quick, folder);
        figures.put("steps_" + service + "_capacity", capacity);
        try (ServiceProcess process = start(service, true, folder);
                Watch watch = new Watch(process.port(), folder.resolve(service + ".csv"))) {
            LoadRun run = generator.start(LoadPlan.builder(process.port(), service.path)
                    .ratePerSecond(Phase.BEFORE.factor * capacity)
                    .build());
            for (Phase phase : Phase.values()) {
                System.err.printf("Steps, %s, %s times ...%n", service, phase.factor);
                run.ratePerSecond(phase.factor * capacity);
                Duration duration = Duration.ofSeconds(quick ? phase.quickSeconds : 2L * phase.quickSeconds);
                evaluate(service, phase, watch, watch.follow(phase.toString(), duration, run), capacity, figures);
            }
            run.stop();
        }
    }

    private static double capacity(Service service, boolean quick, Path folder) throws Exception {
        Duration duration = Duration.ofSeconds(quick ? 6 : 15);
        try (ServiceProcess process = start(service, false, folder)) {
            double warmUp = ClosedLoop.perSecond(process.port(), service.path, service.clients, duration);
            return Math.max(warmUp, ClosedLoop.perSecond(process.port(), service.path, service.clients, duration));
        }
    }

    private static ServiceProcess start(Service service, boolean loadline, Path folder)
            throws IOException, InterruptedException {
        String log = service + (loadline ? "" : "-capacity") + ".log";
        ServiceProcess process = Sample.SPRING_BOOT
                .service(loadline, folder.resolve(log))
                .jvmArguments(service.jvmArguments)
                .start();
        process.awaitReady(Duration.ofSeconds(90));
        if (service.pinned) {
            Affinity.confine(process, "0");
        }
        return process;
    }

    private void evaluate(
            Service service, Phase phase, Watch watch, List<Watch.Sample> seen, double capacity, Figures figures) {
        List<Watch.Sample> settled = Watch.after(seen, Duration.ofSeconds(phase.settleSeconds));
        double truth = Watch.offeredPerSecond(settled) / capacity;
        double[] off = settled.stream()
                .mapToDouble(each -> Math.abs(each.load() * capacity / watch.offeredPerSecond(each) - 1))
                // What is absent is as wrong as can be; NaN would be at the same end.
                .map(each -> Double.isNaN(each) ? Double.POSITIVE_INFINITY : each)
                .sorted()
                .toArray();
        double most = off[(int) Math.ceil(off.length * MOST / 100) - 1];
        double reached = Watch.reached(seen, REACHED * truth);
        table.row(
                service,
                phase.factor + "x",
                Watch.offeredPerSecond(settled),
                Watch.answeredPerSecond(settled),
                String.format(Locale.ROOT, "%.2f", truth),
                String.format(Locale.ROOT, "%.2f", Watch.meanLoad(settled)),
                100 * most,
                100 * Arrays.stream(off).max().orElse(Double.NaN),
                phase == Phase.OVERLOAD ? String.format(Locale.ROOT, "%.1f", reached) : "",
                Watch.bottleneck(settled));
        String prefix = "steps_" + service + "_" + phase + "_";
        figures.put(prefix + "true", truth)
                .put(prefix + "load", Watch.meanLoad(settled))
                .put(prefix + "off", most)
                .bar(prefix + "bar", most <= phase.bar);
        if (phase == Phase.OVERLOAD) {
            figures.put(prefix + "reached_s", reached).bar(prefix + "reached_bar", reached < REACHED_BAR);
        }
    }
}
