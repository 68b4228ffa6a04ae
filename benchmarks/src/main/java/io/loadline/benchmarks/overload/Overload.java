/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import io.loadline.benchmarks.harness.Arrivals;
import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Variant;
import io.loadline.benchmarks.harness.Workspace;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Goodput and latency of a sample below, at and far above its capacity, with and without Loadline. Not thread-safe. */
@Command(
        name = "benchmarks/overload",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Drives /pool of a sample below, at and above its capacity, with and without Loadline.%n"
                + "Takes about 8 minutes, 2 with --quick.%n"
                + "Exits 0 only if, with Loadline, goodput above capacity is at least 95 %% of the best at capacity,%n"
                + "and p99 of admitted requests at most 3 times that at 0.7 of capacity.%n%n"
                + "With --service it compares Loadline with its peers instead, at three times the capacity of services%n"
                + "that are short of one thing each: pool (ten connections of 20 ms, 1,500/s), cpu (10 ms of CPU a%n"
                + "request; the service has CPU 0, the generator CPU 1) and gc (the pool behind pauses of G1).%n"
                + "Takes about 30 minutes for each service, 2 with --quick.%n"
                + "Exits 0 only if, in each, Loadline's goodput is at least 0.98 of the best peer's and 0.97 of the%n"
                + "capacity (the best goodput of all at 1x), its p99 of good answers not above that of the peer with the%n"
                + "best goodput, and at most 0.1 %% of the requests were neither answered nor refused.%n%n"
                + "With --quarkus it does so with the sample on Quarkus, pool unless --service names cpu, beside stock%n"
                + "Quarkus and quarkus-load-shedding, with its defaults and without priorities. Exits 0 only if Loadline's%n"
                + "goodput is at least 0.90 of the capacity, and the other bars hold.")
public final class Overload implements Callable<Integer> {
    private static final double OFFERED_BAR = 0.97;
    private static final double LOST_BAR = 0.001;
    private static final double GOODPUT_BAR = 0.95;
    private static final double P99_BAR = 3;
    /* Less than this of the capacity, and the machine was too busy with other things to compare anything. */
    private static final double SATURATION_BAR = 0.9;
    private static final double MAX_LAG_MILLIS = 10;

    enum Mode {
        WITH,
        WITHOUT
    }

    /* The onset of the overload counts; in the others the first seconds do not, as the state before them is not theirs. */
    enum Phase {
        BELOW(0.7, 2),
        SATURATION(1, 2),
        OVERLOAD(3, 0),
        AFTER(0.7, 0);

        final double factor;
        final int warmupSeconds;

        Phase(double factor, int warmupSeconds) {
            this.factor = factor;
            this.warmupSeconds = warmupSeconds;
        }
    }

    @Option(names = "--quick", description = "One round with shorter phases around the overload, in under 5 minutes.")
    private boolean quick;

    @Option(names = "--sample", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Sample sample = Sample.SPRING_BOOT;

    @Option(names = "--server", description = "SERVER of the Spring Boot sample: tomcat or netty (default: tomcat).")
    private String server = "tomcat";

    @Option(
            names = "--capacity",
            description = "What /pool can do, in requests a second (default: 500, 10 permits of 20 ms).")
    private double capacityPerSecond = 500;

    @Option(names = "--seconds", description = "Length of the overload (default: ${DEFAULT-VALUE}).")
    private int overloadSeconds = 30;

    @Option(names = "--rounds", description = "Rounds to add up (default: 3, 5 with --service, 1 with --quick).")
    private int rounds;

    @Option(
            names = "--service",
            split = ",",
            description = "Compare with peers: ${COMPLETION-CANDIDATES}, several or all three (not gc on Quarkus).")
    private List<Service> services = List.of();

    @Option(
            names = "--quarkus",
            description = "Compare on Quarkus, with a build without the extension and with quarkus-load-shedding.")
    private boolean quarkus;

    @Option(
            names = "--contestant",
            split = ",",
            description = "With --service or --quarkus: ${COMPLETION-CANDIDATES} (default: all that there are).")
    private List<Variant> contestants = List.of();

    @Option(names = "--arrivals", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Arrivals arrivals = Arrivals.POISSON;

    private final Map<Mode, Map<Phase, LoadStats>> results = new EnumMap<>(Mode.class);

    public static void main(String[] args) {
        Commands.run(new Overload(), args);
    }

    @Override
    public Integer call() throws Exception {
        if (!quarkus && services.isEmpty()) {
            return alone();
        }
        Field field = Field.of(quarkus ? Sample.QUARKUS : Sample.SPRING_BOOT, services, contestants);
        return compared(field);
    }

    private int compared(Field field) throws Exception {
        Path folder = Workspace.newResults("overload");
        int times = rounds > 0 ? rounds : quick ? 1 : 5;
        Comparison.Lengths lengths =
                quick ? new Comparison.Lengths(4, 4, 8) : new Comparison.Lengths(15, 15, overloadSeconds);
        Figures figures = new Figures().put("sample", field.sample());
        try (LoadGenerator generator = new LoadGenerator();
                PrintWriter csv = Comparison.csv(folder)) {
            for (Service service : field.services()) {
                Comparison comparison = new Comparison(service, field, lengths, generator, folder, csv);
                comparison.run(times);
                System.out.println(comparison.table());
                comparison.addTo(figures);
            }
        }
        System.out.println("Logs and overload.csv: " + folder);
        System.out.println(figures);
        return figures.exitCode();
    }

    private int alone() throws Exception {
        Path folder = Workspace.newResults("overload");
        int times = rounds > 0 ? rounds : quick ? 1 : 3;
        try (LoadGenerator generator = new LoadGenerator()) {
            for (int round = 1; round <= times; round++) {
                for (Mode mode : Mode.values()) {
                    System.err.printf("Round %d of %d, %s Loadline ...%n", round, times, name(mode));
                    measure(generator, mode, round, folder);
                }
            }
        }
        System.out.println(table());
        System.out.println("Logs: " + folder);
        Figures figures = figures();
        if (result(Mode.WITH, Phase.OVERLOAD).lagMillis(99) > MAX_LAG_MILLIS) {
            System.out.println("The generator itself was late: other work on this machine blurs these latencies.");
        }
        System.out.println(figures);
        return figures.exitCode();
    }

    private void measure(LoadGenerator generator, Mode mode, int round, Path folder) throws Exception {
        ServiceProcess.Builder builder = sample.service(mode == Mode.WITH, folder.resolve(name(mode) + ".log"))
                .env("SERVER", server)
                .jvmArguments(List.of("-Xms512m", "-Xmx512m"));
        try (ServiceProcess service = builder.start()) {
            service.awaitReady(Duration.ofSeconds(60));
            generator.run(plan(service, 0.5, round), Duration.ofSeconds(quick ? 8 : 15));
            for (Phase phase : Phase.values()) {
                LoadRun run = generator.start(plan(service, phase.factor, round));
                TimeUnit.SECONDS.sleep(phase.warmupSeconds);
                run.window();
                TimeUnit.SECONDS.sleep(seconds(phase));
                // By the time they ended: what waits in a queue at the end of a phase is no goodput of that phase.
                results.computeIfAbsent(mode, m -> new EnumMap<>(Phase.class))
                        .merge(phase, run.window(), LoadStats::plus);
                run.stop();
            }
        }
    }

    private LoadPlan plan(ServiceProcess service, double factor, int round) {
        return LoadPlan.builder(service.port(), "/pool")
                .ratePerSecond(capacityPerSecond * factor)
                .arrivals(arrivals)
                .seed(round)
                .build();
    }

    private int seconds(Phase phase) {
        return switch (phase) {
            case BELOW, SATURATION -> quick ? 12 : 20;
            case OVERLOAD -> overloadSeconds;
            case AFTER -> quick ? 5 : 10;
        };
    }

    private Table table() {
        Table table = new Table(
                "Loadline",
                "phase",
                "load",
                "offered/s",
                "goodput/s",
                "shed/s",
                "timed out/s",
                "otherwise lost",
                "p50 ms",
                "p99 ms",
                "p99 admitted",
                "generator lag p99");
        results.forEach((mode, phases) -> phases.forEach((phase, stats) -> {
            long timedOut = stats.count(Outcome.TIMEOUT);
            table.row(
                    name(mode),
                    phase.name().toLowerCase(Locale.ROOT),
                    phase.factor + "x",
                    stats.perSecond(stats.offered()),
                    stats.goodputPerSecond(),
                    stats.perSecond(stats.count(Outcome.SHED)),
                    stats.perSecond(timedOut),
                    stats.lost() - timedOut,
                    stats.latencyMillis(50),
                    stats.latencyMillis(99),
                    stats.admittedMillis(99),
                    stats.lagMillis(99));
        }));
        return table;
    }

    private Figures figures() {
        // The better of both, so that a limit which is too low at capacity cannot make the ratio look good.
        double saturation = Math.max(
                result(Mode.WITH, Phase.SATURATION).goodputPerSecond(),
                result(Mode.WITHOUT, Phase.SATURATION).goodputPerSecond());
        LoadStats overload = result(Mode.WITH, Phase.OVERLOAD);
        LoadStats stock = result(Mode.WITHOUT, Phase.OVERLOAD);
        double goodputRatio = overload.goodputPerSecond() / saturation;
        double p99Below = result(Mode.WITH, Phase.BELOW).admittedMillis(99);
        double p99Ratio = overload.admittedMillis(99) / p99Below;
        return new Figures()
                .put("sample", sample == Sample.SPRING_BOOT ? sample + "-" + server : sample)
                .put("saturation_goodput", saturation)
                .put("overload_goodput", overload.goodputPerSecond())
                .put("goodput_ratio", goodputRatio)
                .put("p99_below_ms", p99Below)
                .put("p99_overload_ms", overload.admittedMillis(99))
                .put("p99_ratio", p99Ratio)
                .put("without_overload_goodput", stock.goodputPerSecond())
                .put("without_p99_overload_ms", stock.admittedMillis(99))
                .put("generator_lag_p99_ms", Math.max(overload.lagMillis(99), stock.lagMillis(99)))
                .put(
                        "offered_ratio",
                        overload.perSecond(overload.offered()) / (Phase.OVERLOAD.factor * capacityPerSecond))
                .put("lost", overload.lost())
                .bar(
                        "offered_bar",
                        overload.perSecond(overload.offered())
                                >= OFFERED_BAR * Phase.OVERLOAD.factor * capacityPerSecond)
                .bar("lost_bar", overload.lost() <= LOST_BAR * overload.offered())
                .bar("saturation_bar", saturation >= SATURATION_BAR * capacityPerSecond)
                .bar("goodput_bar", goodputRatio >= GOODPUT_BAR)
                .bar("p99_bar", p99Ratio <= P99_BAR);
    }

    private LoadStats result(Mode mode, Phase phase) {
        return Objects.requireNonNull(Objects.requireNonNull(results.get(mode)).get(phase));
    }

    private static String name(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }
}
