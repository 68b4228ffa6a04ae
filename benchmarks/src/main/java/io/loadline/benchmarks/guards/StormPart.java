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
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Variant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A retry storm: clients ask for twice what the service can do and repeat whatever is not answered well. And a service that
 * repeats its own calls of a dependency which fails. Not thread-safe.
 */
final class StormPart implements Part {
    static final String BARS =
            "- in a storm of clients that ask for twice the capacity, and repeat up to three times what is refused or"
                    + " late,%n  requests that are answered in the end are at least 90 %% of the capacity, and within 5 s after the"
                    + " storm all%n  are; a dependency that fails is asked at most 1.1 times for each request by a service that"
                    + " retries within a budget.%n";

    private static final double GOODPUT_BAR = 0.9;
    private static final double RECOVERED_BAR = 5;
    private static final double BUDGET_BAR = 1.1;
    /* Less than this of what the pool can do, and the machine was too busy with other things to compare anything. */
    private static final double SATURATION_BAR = 0.9;

    /* Ten permits of 20 ms. */
    private static final double NOMINAL_PER_SECOND = 500;
    private static final double STORM = 2;
    private static final double CALM = 0.5;
    private static final int RETRIES = 3;
    private static final Duration BACKOFF = Duration.ofMillis(100);
    private static final int WARM_UP_SECONDS = 2;
    private static final Duration SLICE = Duration.ofMillis(500);
    /* Of what is asked for in a slice: Poisson arrivals vary. */
    private static final double MOST = 0.7;

    private static final double NEEDING_PER_SECOND = 100;
    private static final double FLAKY = 0.25;
    private static final double DOWN = 1;

    private enum Mode {
        WITH,
        WITHOUT
    }

    /* What one mode did, over all rounds. */
    private static final class Result {
        private LoadStats saturation = new LoadStats();
        private LoadStats storm = new LoadStats();
        private double recoveredSeconds;
    }

    private final Map<Mode, Result> results = new EnumMap<>(Mode.class);

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        int rounds = quick ? 1 : 3;
        try (LoadGenerator generator = new LoadGenerator()) {
            for (int round = 1; round <= rounds; round++) {
                for (Mode mode : Mode.values()) {
                    System.err.printf("Retry storm, round %d of %d, %s Loadline ...%n", round, rounds, name(mode));
                    measure(generator, mode, round, quick, folder);
                }
            }
            addTo(figures);
            retriesOfTheService(generator, quick, folder, figures);
        }
    }

    private void measure(LoadGenerator generator, Mode mode, int round, boolean quick, Path folder) throws Exception {
        Result result = results.computeIfAbsent(mode, m -> new Result());
        ServiceProcess.Builder builder = Sample.SPRING_BOOT
                .service(mode == Mode.WITH, folder.resolve(name(mode) + ".log"))
                .jvmArguments(List.of("-Xms512m", "-Xmx512m"));
        try (ServiceProcess process = builder.start()) {
            process.awaitReady(Duration.ofSeconds(90));
            generator.run(plan(process, CALM, round, 0), Duration.ofSeconds(quick ? 8 : 15));
            LoadRun saturation = generator.start(plan(process, 1, round, 0));
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            saturation.window();
            TimeUnit.SECONDS.sleep(quick ? 10 : 20);
            result.saturation = result.saturation.plus(saturation.window());
            saturation.stop();
            // The onset counts. By the time they ended: what is still repeated at the end is not answered.
            LoadRun storm = generator.start(plan(process, STORM, round, RETRIES));
            TimeUnit.SECONDS.sleep(quick ? 15 : 30);
            result.storm = result.storm.plus(storm.window());
            storm.ratePerSecond(CALM * NOMINAL_PER_SECOND);
            result.recoveredSeconds = Math.max(result.recoveredSeconds, recovery(storm, quick ? 10 : 20));
            storm.stop();
        }
    }

    private static LoadPlan plan(ServiceProcess process, double factor, int round, int retries) {
        return LoadPlan.builder(process.port(), "/pool")
                .ratePerSecond(factor * NOMINAL_PER_SECOND)
                .arrivals(Arrivals.POISSON)
                .seed(round)
                .timeout(Duration.ofSeconds(1))
                .retries(retries, BACKOFF)
                .build();
    }

    /** Seconds until the last slice in which a request was given up, or too few were answered. */
    private static double recovery(LoadRun run, int seconds) throws InterruptedException {
        long calmNanos = System.nanoTime();
        double recovered = 0;
        boolean served = true;
        while (secondsSince(calmNanos) < seconds) {
            TimeUnit.NANOSECONDS.sleep(SLICE.toNanos());
            LoadStats slice = run.window();
            served = slice.count(Outcome.OK) == slice.ended()
                    && slice.goodputPerSecond() >= MOST * CALM * NOMINAL_PER_SECOND;
            if (!served) {
                recovered = secondsSince(calmNanos);
            }
        }
        return served ? recovered : Double.POSITIVE_INFINITY;
    }

    /** The best that either got done when as much was asked for as the pool can do; no more than was asked for. */
    private double capacity() {
        return results.values().stream()
                .map(result -> result.saturation)
                .mapToDouble(stats -> Math.min(stats.goodputPerSecond(), stats.perSecond(stats.offered())))
                .max()
                .orElse(Double.NaN);
    }

    private void addTo(Figures figures) {
        double capacity = capacity();
        Table table = new Table(
                "in the storm, Loadline",
                "at 1x, goodput/s",
                "requests/s",
                "sent/s",
                "goodput/s",
                "% of capacity",
                "refused for good/s",
                "timed out for good/s",
                "otherwise lost",
                "p50 ms",
                "p99 ms",
                "all served after s",
                "generator lag p99");
        results.forEach((mode, result) -> {
            LoadStats storm = result.storm;
            table.row(
                    name(mode),
                    result.saturation.goodputPerSecond(),
                    storm.perSecond(storm.offered()),
                    storm.perSecond(storm.offered() + storm.retried()),
                    storm.goodputPerSecond(),
                    100 * storm.goodputPerSecond() / capacity,
                    storm.perSecond(storm.count(Outcome.SHED)),
                    storm.perSecond(storm.count(Outcome.TIMEOUT)),
                    storm.lost() - storm.count(Outcome.TIMEOUT),
                    storm.latencyMillis(50),
                    storm.latencyMillis(99),
                    result.recoveredSeconds,
                    storm.lagMillis(99));
            String prefix = "storm_" + name(mode) + '_';
            figures.put(prefix + "goodput_ratio", storm.goodputPerSecond() / capacity)
                    .put(prefix + "sent_ratio", storm.perSecond(storm.offered() + storm.retried()) / capacity)
                    .put(prefix + "p99_ms", storm.latencyMillis(99))
                    .put(prefix + "recovered_s", result.recoveredSeconds)
                    .put(prefix + "generator_lag_p99_ms", storm.lagMillis(99));
        });
        System.out.println(table);
        Result ours = Objects.requireNonNull(results.get(Mode.WITH));
        figures.put("storm_capacity", capacity)
                .bar("storm_saturation_bar", capacity >= SATURATION_BAR * NOMINAL_PER_SECOND)
                .bar("storm_goodput_bar", ours.storm.goodputPerSecond() >= GOODPUT_BAR * capacity)
                .bar("storm_recovered_bar", ours.recoveredSeconds < RECOVERED_BAR);
    }

    /* Failing from the start: a budget that has not been used for ten seconds may be used up in one, and is no tenth of those. */
    private static void retriesOfTheService(LoadGenerator generator, boolean quick, Path folder, Figures figures)
            throws Exception {
        Table table =
                new Table("retries of the service", "the dependency fails", "requests", "asked for each", "answered %");
        try (HangingService dependency = new HangingService();
                ServiceProcess process = Variant.LOADLINE
                        .service(folder.resolve("retrying.log"), "RetryingController")
                        .env("BENCHMARK_DEPENDENCY", dependency.host())
                        .start()) {
            process.awaitReady(Duration.ofSeconds(90));
            for (double failing : new double[] {FLAKY, DOWN}) {
                dependency.fail(failing);
                for (String how : new String[] {"naive", "budget"}) {
                    System.err.printf("The service retries, %s, %.0f %% fail ...%n", how, 100 * failing);
                    long before = dependency.asked();
                    LoadPlan plan = LoadPlan.builder(process.port(), "/retrying/" + how)
                            .ratePerSecond(NEEDING_PER_SECOND)
                            .timeout(Duration.ofSeconds(2))
                            .build();
                    LoadStats stats = generator.run(plan, Duration.ofSeconds(quick ? 10 : 30));
                    double asked = (double) (dependency.asked() - before) / stats.offered();
                    table.row(
                            how,
                            String.format(Locale.ROOT, "%.0f %%", 100 * failing),
                            stats.offered(),
                            String.format(Locale.ROOT, "%.2f", asked),
                            100.0 * stats.count(Outcome.OK) / stats.offered());
                    String prefix = "storm_dependency_" + (failing == DOWN ? "down_" : "flaky_") + how;
                    figures.put(prefix + "_asked", asked);
                    if (how.equals("budget")) {
                        figures.bar(prefix + "_bar", asked <= BUDGET_BAR);
                    }
                }
            }
        }
        System.out.println(table);
    }

    private static String name(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
