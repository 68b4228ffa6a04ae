/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import io.loadline.benchmarks.harness.Affinity;
import io.loadline.benchmarks.harness.Arrivals;
import io.loadline.benchmarks.harness.ClosedLoop;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Variant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One service at three times its capacity behind everybody in turn, round after round. Not thread-safe. */
final class Comparison {
    static final String SERVER_CPU = "0";
    static final String CLIENT_CPU = "1";

    private static final double OVERLOAD = 3;
    private static final double PEER_BAR = 0.98;
    private static final double LOST_BAR = 0.001;
    private static final int SATURATION_WARMUP_SECONDS = 2;

    /** How long everything takes. */
    record Lengths(int warmSeconds, int saturationSeconds, int overloadSeconds) {}

    /* What one contestant did, over all rounds. */
    private static final class Result {
        private LoadStats saturation = new LoadStats();
        private LoadStats overload = new LoadStats();
        private final GcLog pauses = new GcLog();
    }

    private final Service service;
    private final Field field;
    private final Lengths lengths;
    private final LoadGenerator generator;
    private final Path folder;
    private final PrintWriter csv;
    private final Map<Variant, Result> results = new EnumMap<>(Variant.class);
    private double capacityPerSecond;

    Comparison(Service service, Field field, Lengths lengths, LoadGenerator generator, Path folder, PrintWriter csv) {
        this.service = service;
        this.field = field;
        this.lengths = lengths;
        this.generator = generator;
        this.folder = folder;
        this.csv = csv;
    }

    static PrintWriter csv(Path folder) throws IOException {
        PrintWriter csv = new PrintWriter(folder.resolve("overload.csv").toFile(), StandardCharsets.UTF_8);
        csv.println("service,contestant,round,phase,offered_per_s,goodput_per_s,shed_per_s,timeout_per_s,broken_per_s,"
                + "p50_ms,p99_ms,p99_admitted_ms,generator_lag_p99_ms");
        return csv;
    }

    void run(int rounds) throws Exception {
        if (service.pinned) {
            Affinity.confineSelf(CLIENT_CPU, folder.resolve("taskset.log"));
        }
        capacityPerSecond = service.capacityPerSecond > 0 ? service.capacityPerSecond : calibrate();
        for (int round = 1; round <= rounds; round++) {
            List<Variant> order = new ArrayList<>(field.contestants());
            Collections.rotate(order, -round);
            for (Variant contestant : order) {
                System.err.printf("%s, round %d of %d, %s ...%n", service, round, rounds, contestant);
                measure(contestant, round);
            }
        }
    }

    private double calibrate() throws Exception {
        System.err.printf("%s, trying what it can do ...%n", service);
        try (ServiceProcess process = start(Variant.STOCK, folder.resolve(service + "-capacity-gc.log"))) {
            for (int tries = 1; ; tries++) {
                double perSecond =
                        ClosedLoop.perSecond(process.port(), service.path, 4, Duration.ofSeconds(lengths.warmSeconds));
                // The first is the warm-up.
                if (tries == 2) {
                    return perSecond;
                }
            }
        }
    }

    private ServiceProcess start(Variant contestant, Path gcLog) throws IOException, InterruptedException {
        ServiceProcess process = contestant
                .service(field.sample(), folder.resolve(service + "-" + contestant + ".log"))
                .jvmArguments(service.jvmArguments)
                .jvmArguments(List.of(GcLog.jvmArgument(gcLog)))
                .start();
        process.awaitReady(Duration.ofSeconds(90));
        if (service.pinned) {
            Affinity.confine(process, SERVER_CPU);
        }
        return process;
    }

    private void measure(Variant contestant, int round) throws Exception {
        Result result = results.computeIfAbsent(contestant, c -> new Result());
        Path gcLog = folder.resolve(service + "-" + contestant + "-" + round + "-gc.log");
        long startNanos = System.nanoTime();
        try (ServiceProcess process = start(contestant, gcLog)) {
            generator.run(plan(process, 0.5, round), Duration.ofSeconds(lengths.warmSeconds));
            LoadStats saturation = phase(process, 1, round, SATURATION_WARMUP_SECONDS, lengths.saturationSeconds);
            double overloadSeconds = (System.nanoTime() - startNanos) / 1e9;
            // The onset counts.
            LoadStats overload = phase(process, OVERLOAD, round, 0, lengths.overloadSeconds);
            result.saturation = result.saturation.plus(saturation);
            result.overload = result.overload.plus(overload);
            result.pauses.add(gcLog, overloadSeconds);
            line(contestant, round, "saturation", saturation);
            line(contestant, round, "overload", overload);
        }
    }

    private LoadStats phase(ServiceProcess process, double factor, int round, int warmupSeconds, int seconds)
            throws InterruptedException {
        LoadRun run = generator.start(plan(process, factor, round));
        TimeUnit.SECONDS.sleep(warmupSeconds);
        run.window();
        TimeUnit.SECONDS.sleep(seconds);
        // By the time they ended: what waits in a queue at the end of a phase is no goodput of that phase.
        LoadStats stats = run.window();
        run.stop();
        return stats;
    }

    private LoadPlan plan(ServiceProcess process, double factor, int round) {
        return LoadPlan.builder(process.port(), service.path)
                .ratePerSecond(capacityPerSecond * factor)
                .arrivals(Arrivals.POISSON)
                .timeout(Duration.ofSeconds(1))
                .seed(round)
                .build();
    }

    private void line(Variant contestant, int round, String phase, LoadStats stats) {
        csv.printf(
                Locale.ROOT,
                "%s,%s,%d,%s,%.1f,%.1f,%.1f,%.1f,%.1f,%.2f,%.2f,%.2f,%.2f%n",
                service,
                contestant,
                round,
                phase,
                stats.perSecond(stats.offered()),
                stats.goodputPerSecond(),
                stats.perSecond(stats.count(Outcome.SHED)),
                stats.perSecond(stats.count(Outcome.TIMEOUT)),
                stats.perSecond(stats.lost() - stats.count(Outcome.TIMEOUT)),
                stats.latencyMillis(50),
                stats.latencyMillis(99),
                stats.admittedMillis(99),
                stats.lagMillis(99));
        csv.flush();
    }

    Table table() {
        Table table = new Table(
                "service",
                "in front of it",
                "at 1x, goodput/s",
                "at 3x, goodput/s",
                "% of capacity",
                "shed/s",
                "timed out/s",
                "otherwise lost",
                "p50 ms",
                "p99 ms",
                "GC pauses",
                "longest ms",
                "generator lag p99");
        double capacity = capacity();
        field.contestants().forEach(contestant -> {
            Result result = Objects.requireNonNull(results.get(contestant));
            LoadStats stats = result.overload;
            table.row(
                    service,
                    contestant.title,
                    result.saturation.goodputPerSecond(),
                    stats.goodputPerSecond(),
                    100 * stats.goodputPerSecond() / capacity,
                    stats.perSecond(stats.count(Outcome.SHED)),
                    stats.perSecond(stats.count(Outcome.TIMEOUT)),
                    stats.lost() - stats.count(Outcome.TIMEOUT),
                    stats.latencyMillis(50),
                    stats.latencyMillis(99),
                    result.pauses.count(),
                    result.pauses.millis(100),
                    stats.lagMillis(99));
        });
        return table;
    }

    /**
     * The best that anybody got done when exactly as much was asked for as the service can do; no more than was asked for in
     * that time: whoever answers more works off a queue from before.
     */
    private double capacity() {
        return results.values().stream()
                .map(result -> result.saturation)
                .mapToDouble(stats -> Math.min(stats.goodputPerSecond(), stats.perSecond(stats.offered())))
                .max()
                .orElse(Double.NaN);
    }

    void addTo(Figures figures) {
        String prefix = service + "_";
        double capacity = capacity();
        figures.put(prefix + "nominal", capacityPerSecond).put(prefix + "capacity", capacity);
        results.forEach((contestant, result) -> figures.put(
                        prefix + contestant + "_goodput", result.overload.goodputPerSecond())
                .put(prefix + contestant + "_p99_ms", result.overload.latencyMillis(99)));
        // Without Loadline, or without a peer, no bar holds: NaN is above and below nothing.
        LoadStats ours = overload(Optional.of(Variant.LOADLINE));
        Optional<Variant> best = results.keySet().stream()
                .filter(Variant::isPeer)
                .max(Comparator.comparingDouble(
                        peer -> overload(Optional.of(peer)).goodputPerSecond()));
        LoadStats peer = overload(best);
        double capacityRatio = ours.goodputPerSecond() / capacity;
        double peerRatio = ours.goodputPerSecond() / peer.goodputPerSecond();
        double p99Ratio = ours.latencyMillis(99) / peer.latencyMillis(99);
        figures.put(prefix + "best_peer", best.map(Variant::toString).orElse("none"))
                .put(prefix + "capacity_ratio", capacityRatio)
                .put(prefix + "peer_ratio", peerRatio)
                .put(prefix + "p99_ratio", p99Ratio)
                .bar(prefix + "capacity_bar", capacityRatio >= field.capacityBar())
                .bar(prefix + "peer_bar", peerRatio >= PEER_BAR && Double.isFinite(peerRatio))
                .bar(prefix + "p99_bar", p99Ratio <= 1)
                .bar(prefix + "lost_bar", ours.offered() > 0 && ours.lost() <= LOST_BAR * ours.offered());
    }

    /* Empty for nobody. */
    private LoadStats overload(Optional<Variant> contestant) {
        return contestant.map(results::get).map(result -> result.overload).orElseGet(LoadStats::new);
    }
}
