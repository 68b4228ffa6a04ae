/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import io.loadline.benchmarks.hotpath.Contestant.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.commons.statistics.descriptive.Median;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The cost of one call admitted and released, beside the peers, in one run. Not thread-safe. */
@Command(
        name = "benchmarks/hotpath",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Measures acquire and release with JMH, on one and two threads, with bytes allocated.%n"
                + "Exits 0 only if tickets and call allocate nothing, a permit at most 32 bytes, all three are faster than"
                + " every%nadaptive peer, and the servlet filter alone takes at most 1.5 us on one thread.")
public final class HotPath implements Callable<Integer> {
    private static final double NOTHING_BYTES = 0.01;
    /* Sizes are multiples of 8; the fraction is what the beat allocates meanwhile. */
    private static final double PERMIT_BYTES = 32;
    private static final double FILTER_NANOS = 1_500;

    /* One JVM fork: what it measured. */
    private record Fork(double nanos, double bytes) {}

    /* Forks of one contestant on a number of threads. */
    private static final class Measured {
        private final List<Fork> forks = new ArrayList<>();

        double nanos() {
            return Median.withDefaults()
                    .evaluate(forks.stream().mapToDouble(Fork::nanos).toArray());
        }

        double lowest() {
            return forks.stream().mapToDouble(Fork::nanos).min().orElse(Double.NaN);
        }

        double highest() {
            return forks.stream().mapToDouble(Fork::nanos).max().orElse(Double.NaN);
        }

        double bytes() {
            return Median.withDefaults()
                    .evaluate(forks.stream().mapToDouble(Fork::bytes).toArray());
        }
    }

    @Option(names = "--quick", description = "Fewer and shorter forks, in under 5 minutes.")
    private boolean quick;

    @Option(names = "--forks", description = "JVMs per contestant and number of threads (default: 5, 2 with --quick).")
    private int forks;

    @Option(names = "--threads", split = ",", description = "Numbers of threads (default: 1,2).")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = "--only", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}. The bars need all.")
    private List<Contestant> only = List.of(Contestant.values());

    private final Map<Integer, Map<Contestant, Measured>> results = new TreeMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new HotPath())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Workspace.newResults("hotpath");
        int rounds = forks > 0 ? forks : quick ? 2 : 5;
        // A fork of everybody, then the next fork of everybody: a noisy minute hits all alike.
        for (int round = 1; round <= rounds; round++) {
            for (int count : threads) {
                System.err.printf("Fork %d of %d on %d thread(s) ...%n", round, rounds, count);
                measure(count, folder.resolve("fork-" + round + "-threads-" + count));
            }
        }
        System.out.println(table());
        System.out.println("Logs: " + folder);
        Figures figures = figures();
        System.out.println(figures);
        return figures.exitCode();
    }

    private void measure(int count, Path files) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        only.forEach(contestant ->
                options.include("^" + HotPath.class.getPackageName() + "\\.\\w+\\." + contestant.method + "$"));
        options.forks(1)
                .threads(count)
                // Long enough for what changes once a second: Loadline's sampling of the clock.
                .warmupIterations(quick ? 2 : 3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(quick ? 3 : 5)
                .measurementTime(TimeValue.milliseconds(600))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgs("-Xms256m", "-Xmx256m", "-Dcsp.sentinel.log.dir=" + files.getParent() + "/sentinel")
                .output(files + ".log")
                .result(files + ".json")
                .resultFormat(ResultFormatType.JSON);
        for (RunResult result : new Runner(options.build()).run()) {
            String name = result.getPrimaryResult().getLabel();
            Contestant contestant = only.stream()
                    .filter(one -> one.method.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("unknown benchmark " + name));
            results.computeIfAbsent(count, c -> new EnumMap<>(Contestant.class))
                    .computeIfAbsent(contestant, c -> new Measured())
                    .forks
                    .add(new Fork(result.getPrimaryResult().getScore(), bytes(result)));
        }
    }

    private static double bytes(RunResult result) {
        Result<?> norm = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (norm == null) {
            throw new IllegalStateException(
                    "no allocation among " + result.getSecondaryResults().keySet());
        }
        return norm.getScore();
    }

    private Table table() {
        Table table = new Table("threads", "who", "ns/op", "lowest", "highest", "B/op");
        results.forEach((count, contestants) -> contestants.forEach((contestant, measured) -> table.row(
                count,
                contestant.title,
                measured.nanos(),
                measured.lowest(),
                measured.highest(),
                String.format(Locale.ROOT, "%.3f", measured.bytes()))));
        return table;
    }

    private Figures figures() {
        Figures figures = new Figures();
        boolean silent = true;
        boolean small = true;
        boolean faster = true;
        boolean thin = true;
        for (Map.Entry<Integer, Map<Contestant, Measured>> entry : results.entrySet()) {
            Map<Contestant, Measured> contestants = entry.getValue();
            contestants.forEach((contestant, measured) ->
                    figures.put(contestant.key() + "_t" + entry.getKey() + "_ns", measured.nanos()));
            double slowest = nanos(contestants, Kind.OURS).values().stream()
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElse(Double.NaN);
            double peer = nanos(contestants, Kind.ADAPTIVE).values().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElse(Double.NaN);
            faster &= slowest < peer;
            silent &= bytes(contestants, Contestant.LOADLINE_TICKET) < NOTHING_BYTES
                    && bytes(contestants, Contestant.LOADLINE_CALL) < NOTHING_BYTES;
            small &= bytes(contestants, Contestant.LOADLINE_PERMIT) < PERMIT_BYTES + 1;
            // Two threads contend for one limiter here as no two requests do; that figure is only shown.
            thin &= entry.getKey() != 1 || nanos(contestants, Contestant.SERVLET_FILTER) <= FILTER_NANOS;
            figures.put("slowest_ours_t" + entry.getKey() + "_ns", slowest)
                    .put("fastest_adaptive_peer_t" + entry.getKey() + "_ns", peer);
        }
        return figures.bar("no_allocation_bar", silent)
                .bar("permit_bytes_bar", small)
                .bar("faster_than_adaptive_peers_bar", faster)
                .bar("filter_bar", thin);
    }

    private static Map<Contestant, Double> nanos(Map<Contestant, Measured> contestants, Kind kind) {
        return contestants.entrySet().stream()
                .filter(entry -> entry.getKey().kind == kind)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().nanos()));
    }

    /* NaN, with which no bar holds, for somebody who was left out. */
    private static double nanos(Map<Contestant, Measured> contestants, Contestant contestant) {
        Measured measured = contestants.get(contestant);
        return measured == null ? Double.NaN : measured.nanos();
    }

    private static double bytes(Map<Contestant, Measured> contestants, Contestant contestant) {
        Measured measured = contestants.get(contestant);
        return measured == null ? Double.NaN : measured.bytes();
    }
}
