/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Three instances behind a balancer which sends each as many requests: how many of them are refused must not show in the
 * sum of what the instances say they are asked for. Not thread-safe.
 */
final class FleetPart implements Part {
    static final String BARS =
            "- the demands of three instances behind a balancer add up to within 15 %% of what is sent, and"
                    + " to the same within 10 %%,%n  whether they refuse nothing or more than a third;%n";

    private static final double TRUE_BAR = 0.15;
    private static final double SAME_BAR = 1.1;

    /* Twelve calls at once, four for each. */
    private static final double PER_SECOND = 120;
    private static final double CALL_SECONDS = 0.1;
    private static final Duration LOOK = Duration.ofMillis(500);

    private enum Fleet {
        OPEN("nothing is refused", "shadow", 4, 4, 4),
        EQUAL("limits of 3", "enforce", 3, 3, 3),
        UNEQUAL("limits of 2, 4 and 20", "enforce", 2, 4, 20);

        private final String title;
        private final String enforcement;
        private final List<Integer> limits;

        Fleet(String title, String enforcement, Integer... limits) {
            this.title = title;
            this.enforcement = enforcement;
            this.limits = List.of(limits);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        if (!Haproxy.isInstalled()) {
            System.out.println("Fleet: skipped, HAProxy is missing; Debian has it in the package haproxy.");
            figures.put("fleet", "skipped");
            return;
        }
        Table table = new Table("fleet", "sent/s", "refused %", "true demand", "sum of demands", "off by %");
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        try (LoadGenerator generator = new LoadGenerator()) {
            for (Fleet fleet : Fleet.values()) {
                System.err.printf("A fleet of three, %s ...%n", fleet.title);
                List<Double> sums = new ArrayList<>();
                LoadStats sent = measure(fleet, generator, quick, folder, sums);
                double truth = sent.perSecond(sent.offered()) * CALL_SECONDS;
                double sum =
                        sums.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
                least = Math.min(least, sum);
                most = Math.max(most, sum);
                table.row(
                        fleet.title,
                        sent.perSecond(sent.offered()),
                        100.0 * sent.count(Outcome.SHED) / sent.ended(),
                        truth,
                        sum,
                        100 * Math.abs(sum / truth - 1));
                figures.put("fleet_" + fleet + "_true", truth)
                        .put("fleet_" + fleet + "_sum", sum)
                        .put("fleet_" + fleet + "_refused", (double) sent.count(Outcome.SHED) / sent.ended())
                        .bar("fleet_" + fleet + "_bar", Math.abs(sum / truth - 1) <= TRUE_BAR);
            }
        }
        System.out.println(table);
        figures.put("fleet_same", most / least).bar("fleet_same_bar", most / least <= SAME_BAR);
    }

    private static LoadStats measure(
            Fleet fleet, LoadGenerator generator, boolean quick, Path folder, List<Double> sums) throws Exception {
        List<ServiceProcess> instances = new ArrayList<>();
        Map<String, Integer> ports = new TreeMap<>();
        try {
            for (int limit : fleet.limits) {
                ServiceProcess instance = start(fleet, limit, folder, instances.size());
                instances.add(instance);
                ports.put("i" + instances.size(), instance.port());
            }
            for (ServiceProcess instance : instances) {
                instance.awaitReady(Duration.ofSeconds(120));
            }
            try (Haproxy balancer = Haproxy.start(ports, folder.resolve(fleet + "-haproxy.log"));
                    PrintWriter csv =
                            new PrintWriter(folder.resolve(fleet + ".csv").toFile(), StandardCharsets.UTF_8)) {
                LoadPlan plan = LoadPlan.builder(balancer.port(), "/work?ms=" + Math.round(1000 * CALL_SECONDS))
                        .ratePerSecond(PER_SECOND)
                        // The balancer balances connections.
                        .freshShare(1)
                        .build();
                LoadRun run = generator.start(plan);
                TimeUnit.SECONDS.sleep(quick ? 12 : 20);
                run.window();
                csv.println("demand_1,demand_2,demand_3");
                long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(quick ? 15 : 40);
                while (System.nanoTime() - endNanos < 0) {
                    TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                    sums.add(sum(instances, csv));
                }
                LoadStats sent = run.window();
                run.stop();
                return sent;
            }
        } finally {
            instances.forEach(ServiceProcess::close);
        }
    }

    private static double sum(List<ServiceProcess> instances, PrintWriter csv) {
        double sum = 0;
        List<String> demands = new ArrayList<>();
        for (ServiceProcess instance : instances) {
            Scrape scrape = Scrape.of(instance.port());
            double demand = scrape == null ? Double.NaN : scrape.demand();
            demands.add(String.format(Locale.ROOT, "%.2f", demand));
            sum += demand;
        }
        csv.println(String.join(",", demands));
        return sum;
    }

    private static ServiceProcess start(Fleet fleet, int limit, Path folder, int number) throws IOException {
        return Sample.SPRING_BOOT
                .service(true, folder.resolve(fleet + "-" + number + ".log"))
                .env("LOADLINE_LIMIT_ENFORCEMENT", fleet.enforcement)
                .env("LOADLINE_LIMIT_ALGORITHM", "fixed")
                .env("LOADLINE_LIMIT_INITIAL", String.valueOf(limit))
                // Three of them share the machine, as in the benchmark of restarts.
                .jvmArguments(List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"))
                .start();
    }
}
