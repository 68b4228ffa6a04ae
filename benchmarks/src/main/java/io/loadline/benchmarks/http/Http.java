/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import io.loadline.benchmarks.harness.Affinity;
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
import io.loadline.benchmarks.hotpath.FilterCost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A trivial route with and without Loadline, and with its peers, beside a control that says what noise is. Not thread-safe. */
@Command(
        name = "benchmarks/http",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Measures a trivial route of the Spring Boot sample with and without Loadline, and with peers in a"
                        + " servlet filter, in turns: its throughput by wrk, and its p99 in an open loop at half the throughput"
                        + " it has without anything. The service has CPU 0, the load CPU 1.%n"
                        + "Takes about 100 minutes, 8 with --quick; with --quarkus 55 and 6.%n%n"
                        + "Exits 0 only if:%n"
                        + "- throughput with Loadline is at least 0.97 of that without, p99 at most 1.10 times (geometric means"
                        + " of the pairs and of the forks, printed with their 95 %% intervals; without are two services), and"
                        + " nothing failed;%n"
                        + "- Loadline is not behind any peer: not the whole interval of the ratio says so;%n"
                        + "- the servlet filter alone takes at most 1 us (JMH, not with --quarkus);%n"
                        + "- a second service without Loadline did the same as the first within 0.98 to 1.02; otherwise the run"
                        + " is void.")
public final class Http implements Callable<Integer> {
    private static final double RATIO_BAR = 0.97;
    private static final double P99_BAR = 1.10;
    private static final double CONTROL_LOW = 0.98;
    private static final double CONTROL_HIGH = 1.02;
    private static final int SERVER_CPU = 0;
    private static final int CLIENT_CPU = 1;
    private static final double LOAD = 0.5;
    private static final int WARM_SECONDS = 3;
    private static final int WARM_TURNS = 18;
    private static final int STEADY_TURNS = 2;
    private static final double STEADY = 0.05;
    /* Connections that are all made at once are late, and a percentile of a second would be theirs. */
    private static final long CONNECT_MILLIS = 300;
    /* The services without anything are two, and equal JVMs differ by a few per cent: what is compared is with both. */
    private static final Contestant[] STOCK = {Contestant.WITHOUT, Contestant.CONTROL};
    private static final String PATH = "/work?ms=0";
    /* What a request costs is asked here, and a refusal costs less than an answer: nothing is refused. */
    private static final String LIMIT = "1000";

    @Option(names = "--quick", description = "Two forks of three short pairs, in about 5 minutes.")
    private boolean quick;

    @Option(
            names = "--quarkus",
            description = "The sample on Quarkus, beside two services that are built without the extension; no peers.")
    private boolean quarkus;

    @Option(
            names = "--server",
            description = "SERVER of the Spring Boot sample: tomcat or netty (default: ${DEFAULT-VALUE}).")
    private String server = "tomcat";

    @Option(
            names = "--peer",
            split = ",",
            description = "Of vegas, gradient2, bulkhead, or none (default: all with a servlet server, else none).")
    private List<String> peers = List.of();

    @Option(names = "--forks", description = "Times all JVMs are started anew (default: 10, 2 with --quick).")
    private int forks;

    @Option(names = "--pairs", description = "Pairs in each fork (default: 10, 3 with --quick).")
    private int pairs;

    @Option(names = "--seconds", description = "Length of one measurement (default: 3, 2 with --quick).")
    private int seconds;

    @Option(names = "--connections", description = "Connections of wrk (default: ${DEFAULT-VALUE}).")
    private int connections = 8;

    private final Pairs perSecond = new Pairs();
    private final Pairs p99Millis = new Pairs();
    private long failed;
    private double lagMillis;

    public static void main(String[] args) {
        Commands.run(new Http(), args);
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Workspace.newResults("http");
        Figures figures = new Figures();
        if (!quarkus) {
            double filterNanos = FilterCost.nanos(quick ? 2 : 5, folder);
            figures.put("filter_ns", filterNanos).bar("filter_bar", filterNanos <= FilterCost.BAR_NANOS);
        }
        Affinity.confineSelf(String.valueOf(CLIENT_CPU), folder.resolve("taskset.log"));
        List<Contestant> contestants = contestants();
        int times = forks > 0 ? forks : quick ? 2 : 10;
        try (LoadGenerator generator = new LoadGenerator()) {
            for (int fork = 1; fork <= times; fork++) {
                System.err.printf("Fork %d of %d ...%n", fork, times);
                fork(fork, contestants, generator, folder);
            }
        }
        System.out.println(forksTable());
        System.out.println(contestantsTable(contestants));
        System.out.println("Logs: " + folder);
        Interval control = perSecond.ratio(Contestant.CONTROL, Contestant.WITHOUT);
        boolean isVoid = control.mean() < CONTROL_LOW || control.mean() > CONTROL_HIGH;
        if (isVoid) {
            System.out.printf(
                    Locale.ROOT,
                    "VOID: two services without Loadline differ by a factor of %.3f, outside %.2f to %.2f;"
                            + " the machine is too noisy to tell.%n",
                    control.mean(),
                    CONTROL_LOW,
                    CONTROL_HIGH);
        }
        addTo(figures, contestants);
        figures.put("void", isVoid).bar("control_bar", !isVoid);
        System.out.println(figures);
        return figures.exitCode();
    }

    private List<Contestant> contestants() {
        List<Contestant> chosen = new ArrayList<>(List.of(Contestant.WITHOUT, Contestant.WITH, Contestant.CONTROL));
        boolean servlet = !quarkus && !server.equals("netty");
        for (Contestant contestant : Contestant.values()) {
            if (contestant.variant.isPeer()
                    && Variant.of(sample()).contains(contestant.variant)
                    && (peers.isEmpty() ? servlet : peers.contains(contestant.key()))) {
                chosen.add(contestant);
            }
        }
        return chosen;
    }

    private void fork(int fork, List<Contestant> contestants, LoadGenerator generator, Path folder) throws Exception {
        int times = pairs > 0 ? pairs : quick ? 3 : 10;
        List<List<Contestant>> turns = Turns.of(contestants);
        Map<Contestant, ServiceProcess> running = new EnumMap<>(Contestant.class);
        Map<Contestant, LoadStats> answered = new EnumMap<>(Contestant.class);
        perSecond.beginFork();
        p99Millis.beginFork();
        try {
            for (Contestant contestant : contestants) {
                Path log = folder.resolve("service-" + fork + "-" + contestant.key() + ".log");
                running.put(contestant, start(contestant, log));
            }
            double capacity = warmUp(fork, contestants, running, generator, folder);
            for (int pair = 0; pair < times; pair++) {
                String name = "wrk-" + fork + "-" + (pair + 1) + "-";
                measure(
                        turns.get((pair + fork) % turns.size()),
                        running,
                        capacity,
                        pair,
                        folder.resolve(name),
                        generator,
                        answered);
            }
            answered.forEach((contestant, stats) -> p99Millis.add(contestant, stats.latencyMillis(99)));
        } finally {
            running.values().forEach(ServiceProcess::close);
        }
    }

    /*
     * On both CPUs first: on one, C2 has only what requests leave it, and a service is still ten times slower after half a
     * minute than it will be. How long C2 takes depends on the machine, so each service has its turns until they change
     * nothing more. Both kinds of load in each: what C2 made of wrk's requests alone it threw away at the first of the other's
     * and made again during the second pair, at a third of the throughput. Then both once more on one CPU. Returns what the
     * service without anything did there, in requests a second.
     */
    private double warmUp(
            int fork,
            List<Contestant> contestants,
            Map<Contestant, ServiceProcess> running,
            LoadGenerator generator,
            Path folder)
            throws IOException, InterruptedException {
        for (Contestant contestant : contestants) {
            double before = Double.NaN;
            int steady = 0;
            for (int turn = 1; turn <= WARM_TURNS && steady < STEADY_TURNS; turn++) {
                Path log = folder.resolve("warm-" + fork + "-" + contestant.key() + "-" + turn);
                double perSecond = bothLoads(port(running, contestant), generator, log);
                steady = Math.abs(perSecond - before) <= STEADY * before ? steady + 1 : 0;
                before = perSecond;
            }
        }
        double capacity = Double.NaN;
        for (Contestant contestant : contestants) {
            Affinity.confine(Objects.requireNonNull(running.get(contestant)), String.valueOf(SERVER_CPU));
            Path log = folder.resolve("confined-" + fork + "-" + contestant.key());
            double perSecond = bothLoads(port(running, contestant), generator, log);
            if (contestant == Contestant.WITHOUT) {
                capacity = perSecond;
            }
        }
        return capacity;
    }

    /** Returns what wrk had answered, in requests a second. */
    private double bothLoads(int port, LoadGenerator generator, Path log) throws IOException, InterruptedException {
        double perSecond = load(port, WARM_SECONDS, log).perSecond();
        generator.run(openLoop(port, perSecond, 0), Duration.ofSeconds(WARM_SECONDS));
        return perSecond;
    }

    private static LoadPlan openLoop(int port, double capacity, int seed) {
        return LoadPlan.builder(port, PATH)
                .ratePerSecond(LOAD * capacity)
                .seed(seed)
                .build();
    }

    private void measure(
            List<Contestant> turn,
            Map<Contestant, ServiceProcess> running,
            double capacity,
            int pair,
            Path logs,
            LoadGenerator generator,
            Map<Contestant, LoadStats> answered)
            throws IOException, InterruptedException {
        int length = seconds > 0 ? seconds : quick ? 2 : 3;
        for (Contestant contestant : turn) {
            Path log = logs.resolveSibling(logs.getFileName() + contestant.key());
            Wrk result = load(port(running, contestant), length, log);
            perSecond.add(contestant, result.perSecond());
            failed += result.failed();
        }
        for (Contestant contestant : turn) {
            LoadRun run = generator.start(openLoop(port(running, contestant), capacity, pair));
            Thread.sleep(CONNECT_MILLIS);
            fail(run.window());
            TimeUnit.SECONDS.sleep(length);
            LoadStats stats = run.window();
            fail(stats);
            fail(run.stop());
            answered.merge(contestant, stats, LoadStats::plus);
            lagMillis = Math.max(lagMillis, stats.lagMillis(99));
        }
    }

    private void fail(LoadStats stats) {
        failed += stats.ended() - stats.count(Outcome.OK);
    }

    private static int port(Map<Contestant, ServiceProcess> running, Contestant contestant) {
        return Objects.requireNonNull(running.get(contestant)).port();
    }

    private ServiceProcess start(Contestant contestant, Path log) throws IOException, InterruptedException {
        String prefix = quarkus ? "QUARKUS_LOADLINE_" : "LOADLINE_";
        ServiceProcess process = contestant
                .variant
                .service(sample(), log)
                .env("SERVER", server)
                .env(prefix + "LIMIT_INITIAL", LIMIT)
                .env(prefix + "LIMIT_MIN", LIMIT)
                .env("BENCHMARK_LIMIT", LIMIT)
                .jvmArguments(List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=2"))
                .start();
        process.awaitReady(Duration.ofSeconds(90));
        return process;
    }

    private Sample sample() {
        return quarkus ? Sample.QUARKUS : Sample.SPRING_BOOT;
    }

    private Wrk load(int port, int length, Path log) throws IOException, InterruptedException {
        return Wrk.run(CLIENT_CPU, connections, length, "http://127.0.0.1:" + port + PATH, log);
    }

    private Table forksTable() {
        Table table = new Table(
                "fork",
                "without, requests/s",
                "with",
                "control",
                "with / both without",
                "control / without",
                "p99, with / both without");
        for (int fork = 0; fork < perSecond.forks(); fork++) {
            table.row(
                    fork + 1,
                    perSecond.median(fork, Contestant.WITHOUT),
                    perSecond.median(fork, Contestant.WITH),
                    perSecond.median(fork, Contestant.CONTROL),
                    three(perSecond.medianRatio(fork, Contestant.WITH, STOCK)),
                    three(perSecond.medianRatio(fork, Contestant.CONTROL, Contestant.WITHOUT)),
                    three(p99Millis.medianRatio(fork, Contestant.WITH, STOCK)));
        }
        return table;
    }

    private Table contestantsTable(List<Contestant> contestants) {
        Table table = new Table(
                "who",
                "in front",
                "requests/s",
                "to both without",
                "95 %",
                "p99 ms at half the load",
                "to both without",
                "95 %");
        for (Contestant contestant : contestants) {
            Interval rate = perSecond.ratio(contestant, STOCK);
            Interval p99 = p99Millis.ratio(contestant, STOCK);
            table.row(
                    contestant.key(),
                    contestant.variant.title,
                    perSecond.median(contestant),
                    three(rate.mean()),
                    three(rate.low()) + " to " + three(rate.high()),
                    three(p99Millis.median(contestant)),
                    three(p99.mean()),
                    three(p99.low()) + " to " + three(p99.high()));
        }
        return table;
    }

    private void addTo(Figures figures, List<Contestant> contestants) {
        figures.put("server", quarkus ? "quarkus" : server).put("forks", perSecond.forks());
        for (Contestant contestant : contestants) {
            figures.put("requests_per_second_" + contestant.key(), perSecond.median(contestant))
                    .put("p99_ms_" + contestant.key(), p99Millis.median(contestant));
        }
        Interval ratio = put(figures, "ratio", perSecond.ratio(Contestant.WITH, STOCK));
        Interval p99 = put(figures, "p99_ratio", p99Millis.ratio(Contestant.WITH, STOCK));
        put(figures, "control", perSecond.ratio(Contestant.CONTROL, Contestant.WITHOUT));
        put(figures, "p99_control", p99Millis.ratio(Contestant.CONTROL, Contestant.WITHOUT));
        figures.put("failed", failed)
                .put("generator_lag_p99_ms", lagMillis)
                .bar("ratio_bar", ratio.mean() >= RATIO_BAR)
                .bar("p99_bar", p99.mean() <= P99_BAR)
                .bar("failed_bar", failed == 0);
        for (Contestant peer : contestants) {
            if (peer.variant.isPeer()) {
                Interval rate = put(figures, peer.key() + "_ratio", perSecond.ratio(Contestant.WITH, peer));
                Interval tail = put(figures, peer.key() + "_p99_ratio", p99Millis.ratio(Contestant.WITH, peer));
                figures.bar(peer.key() + "_bar", rate.high() >= 1 && tail.low() <= 1);
            }
        }
    }

    private static Interval put(Figures figures, String name, Interval interval) {
        figures.put(name, interval.mean()).put(name + "_low", interval.low()).put(name + "_high", interval.high());
        return interval;
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
