/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Arrivals;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.HangingService;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A dependency hangs, and heals. One route of the sample asks it, another has nothing to do with it. Not thread-safe.
 */
final class DependencyPart implements Part {
    static final String BARS =
            "- while a dependency hangs, a route that does not need it has at least 95 %% of its goodput"
                    + " and none of its%n  requests is shed, a route that does gets its fallback again in under 2 s and the"
                    + " dependency itself in under%n  5 s after it has healed, and the bottleneck in the signal is the"
                    + " dependency.%n";

    private static final double GOODPUT_BAR = 0.95;
    private static final double ISOLATED_BAR = 2;
    private static final double RECOVERED_BAR = 5;

    private static final double UNRELATED_PER_SECOND = 300;
    private static final double NEEDING_PER_SECOND = 100;
    private static final Duration SLICE = Duration.ofMillis(200);
    /* Of what is asked for in a slice: Poisson arrivals vary. */
    private static final double MOST = 0.8;

    /* What stands between the service and its dependency. */
    private enum Protection {
        NOTHING("nothing"),
        LIMITER("Loadline's limiter, no guard"),
        GUARD("Loadline with its guard");

        private final String title;

        Protection(String title) {
            this.title = title;
        }
    }

    private record Result(
            LoadStats undisturbed,
            LoadStats disturbed,
            LoadStats after,
            double isolatedSeconds,
            double recoveredSeconds,
            String bottleneck) {

        double goodputRatio() {
            return disturbed.goodputPerSecond() / undisturbed.goodputPerSecond();
        }
    }

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        Table table = new Table(
                "while the dependency hangs",
                "unrelated, goodput/s before",
                "meanwhile",
                "afterwards",
                "shed/s",
                "timed out/s",
                "p99 ms",
                "isolated after s",
                "recovered after s",
                "bottleneck");
        for (Protection protection : Protection.values()) {
            System.err.printf("A dependency hangs: %s ...%n", protection.title);
            Result result = measure(protection, quick, folder);
            table.row(
                    protection.title,
                    result.undisturbed.goodputPerSecond(),
                    result.disturbed.goodputPerSecond(),
                    result.after.goodputPerSecond(),
                    result.disturbed.perSecond(result.disturbed.count(Outcome.SHED)),
                    result.disturbed.perSecond(result.disturbed.count(Outcome.TIMEOUT)),
                    result.disturbed.latencyMillis(99),
                    result.isolatedSeconds,
                    result.recoveredSeconds,
                    result.bottleneck);
            String prefix = "hang_" + protection.name().toLowerCase(Locale.ROOT) + '_';
            figures.put(prefix + "goodput_ratio", result.goodputRatio())
                    .put(prefix + "isolated_s", result.isolatedSeconds)
                    .put(prefix + "recovered_s", result.recoveredSeconds);
            if (protection == Protection.GUARD) {
                figures.put("hang_bottleneck", result.bottleneck)
                        .bar("hang_goodput_bar", result.goodputRatio() >= GOODPUT_BAR)
                        .bar("hang_shed_bar", result.disturbed.count(Outcome.SHED) == 0)
                        .bar("hang_isolated_bar", result.isolatedSeconds < ISOLATED_BAR)
                        .bar("hang_recovered_bar", result.recoveredSeconds < RECOVERED_BAR)
                        .bar("hang_bottleneck_bar", result.bottleneck.equals("dependency:inventory"));
            }
        }
        System.out.println(table);
    }

    private static Result measure(Protection protection, boolean quick, Path folder) throws Exception {
        try (HangingService inventory = new HangingService();
                LoadGenerator generator = new LoadGenerator();
                ServiceProcess process = service(protection, inventory, folder)) {
            process.awaitReady(Duration.ofSeconds(90));
            LoadRun unrelated = generator.start(plan(process, "/work?ms=20", UNRELATED_PER_SECOND));
            LoadRun needing = generator.start(plan(process, "/orders/7/stock", NEEDING_PER_SECOND));
            TimeUnit.SECONDS.sleep(quick ? 8 : 15);
            LoadStats warmUp = unrelated.window();
            TimeUnit.SECONDS.sleep(quick ? 5 : 15);
            LoadStats undisturbed = unrelated.window();
            inventory.hang(true);
            TreeMap<String, Integer> bottlenecks = new TreeMap<>();
            double isolated = Double.POSITIVE_INFINITY;
            long hungNanos = System.nanoTime();
            needing.window();
            for (double seconds = 0; seconds < (quick ? 8 : 20); seconds = secondsSince(hungNanos)) {
                TimeUnit.NANOSECONDS.sleep(SLICE.toNanos());
                LoadStats slice = needing.window();
                if (Double.isInfinite(isolated) && slice.goodputPerSecond() >= MOST * NEEDING_PER_SECOND) {
                    isolated = secondsSince(hungNanos);
                }
                if (seconds > ISOLATED_BAR) {
                    bottlenecks.merge(bottleneck(process), 1, Integer::sum);
                }
            }
            LoadStats disturbed = unrelated.window();
            inventory.hang(false);
            double recovered = recovery(inventory, quick ? 10 : 20);
            LoadStats after = unrelated.window();
            unrelated.stop();
            needing.stop();
            if (warmUp.goodputPerSecond() < MOST * UNRELATED_PER_SECOND) {
                throw new IllegalStateException("the service did not get warm: " + warmUp.goodputPerSecond() + "/s");
            }
            String most = bottlenecks.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse("unknown");
            return new Result(undisturbed, disturbed, after, isolated, recovered, most);
        }
    }

    private static ServiceProcess service(Protection protection, HangingService inventory, Path folder)
            throws Exception {
        ServiceProcess.Builder builder = Sample.SPRING_BOOT
                .service(protection != Protection.NOTHING, folder.resolve(protection.name() + ".log"))
                .env("SPRING_PROFILES_ACTIVE", "inventory")
                .env("INVENTORY_HOST", inventory.host())
                .jvmArguments(List.of("-Xms512m", "-Xmx512m"));
        if (protection == Protection.LIMITER) {
            builder.env("LOADLINE_GUARD_DEPENDENCIES_INVENTORY_HOSTS", "another.example");
        }
        return builder.start();
    }

    private static LoadPlan plan(ServiceProcess process, String path, double perSecond) {
        return LoadPlan.builder(process.port(), path)
                .ratePerSecond(perSecond)
                .arrivals(Arrivals.POISSON)
                .timeout(Duration.ofSeconds(1))
                .build();
    }

    /** Until the dependency is asked and answers as often as before. */
    private static double recovery(HangingService inventory, int atMostSeconds) throws InterruptedException {
        long healedNanos = System.nanoTime();
        double recovered = Double.POSITIVE_INFINITY;
        while (secondsSince(healedNanos) < atMostSeconds) {
            long before = inventory.answered();
            long startNanos = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(SLICE.toNanos());
            double perSecond = (inventory.answered() - before) / secondsSince(startNanos);
            if (Double.isInfinite(recovered) && perSecond >= MOST * NEEDING_PER_SECOND) {
                recovered = secondsSince(healedNanos);
            }
        }
        return recovered;
    }

    private static String bottleneck(ServiceProcess process) {
        Probe.Answer answer = Probe.get(process.port(), "/actuator/loadline", Duration.ofSeconds(1));
        if (answer == null || answer.status() != 200) {
            return "unknown";
        }
        String[] parts = answer.body().split("\"bottleneck\":\"", 2);
        return parts.length < 2 ? "unknown" : parts[1].substring(0, parts[1].indexOf('"'));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
