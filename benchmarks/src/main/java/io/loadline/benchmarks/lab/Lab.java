/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import io.loadline.benchmarks.lab.Contestant.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All scenarios and limiters in virtual time. Not thread-safe. */
@Command(
        name = "benchmarks/lab",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Runs limiters through scenarios of overload in virtual time, and compares what they served with%n"
                        + "the best fixed limit of each phase. Exits 0 only if Loadline holds its bars among those that ran.")
public final class Lab implements Callable<Integer> {
    private static final double MEAN_BAR = 0.97;
    private static final double WORST_BAR = 0.90;
    private static final double BEHIND_BAR = 0.03;
    private static final double P99_BAR = 1.1;
    private static final double SETTLE_BAR = 5;
    private static final List<Double> SWEEP =
            List.of(0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0);
    private static final int SWEEP_SECONDS = 40;
    private static final int SWEEP_WARM_SECONDS = 10;

    @Option(
            names = "--scenario",
            description = "A file; may be given again (default: all of benchmarks/scenarios).",
            paramLabel = "FILE")
    private List<Path> files = List.of();

    @Option(
            names = "--limiter",
            split = ",",
            paramLabel = "NAME",
            description = "${COMPLETION-CANDIDATES} (default: all).")
    private List<Contestant> limiters = List.of(Contestant.values());

    @Option(names = "--quick", description = "One seed.")
    private boolean quick;

    @Option(names = "--seeds", description = "How many (default: 5, 1 with --quick).")
    private int seeds;

    @Option(names = "--first-seed", description = "The first of them (default: ${DEFAULT-VALUE}).")
    private long firstSeed = 1;

    @Option(
            names = "--ablate",
            description = "What each constant of Loadline's limiter is worth: without it, at half and at double of it.")
    private boolean ablate;

    @Option(names = "--no-plots", description = "Table and CSV only.")
    private boolean noPlots;

    /* What all seeds of a scenario showed. */
    private record Row(
            String name,
            Scenario scenario,
            List<Oracle> oracles,
            Map<Contestant, List<Verdict>> verdicts,
            List<Verdict> right,
            List<Verdict> wrong) {
        double mean(Contestant limiter, ToDoubleFunction<Verdict> figure) {
            return Lab.mean(verdicts.getOrDefault(limiter, List.of()), figure);
        }
    }

    public static void main(String[] args) {
        Commands.run(new Lab(), args);
    }

    @Override
    public Integer call() throws IOException {
        List<Path> scenarios =
                files.isEmpty() ? ScenarioFile.in(Workspace.root().resolve("benchmarks/scenarios")) : files;
        if (scenarios.isEmpty() || seeds < 0 || Set.copyOf(limiters).size() < limiters.size()) {
            throw new IllegalArgumentException("needs scenarios, at least one seed, and each limiter once");
        }
        seeds = seeds > 0 ? seeds : quick ? 1 : 5;
        Path folder = Workspace.newResults("lab");
        if (ablate) {
            Ablation ablation = Ablation.run(scenarios, firstSeed, seeds);
            System.out.println(ablation);
            Path csv = folder.resolve("ablation.csv");
            ablation.write(csv);
            System.out.println("CSV: " + csv);
            return 0;
        }
        List<Row> rows = new ArrayList<>();
        for (Path file : scenarios) {
            Scenario scenario = ScenarioFile.read(file);
            System.err.printf("%s: %s ...%n", ScenarioFile.name(file), scenario.title());
            Row row = run(ScenarioFile.name(file), scenario);
            rows.add(row);
            limiters.forEach(limiter ->
                    System.err.printf(Locale.ROOT, "  %s %.1f", limiter, 100 * row.mean(limiter, Verdict::goodput)));
            System.err.println();
            if (!noPlots) {
                plot(row, folder);
            }
        }
        System.out.println(table("goodput, % of what could be achieved", rows, verdict -> 100 * verdict.goodput()));
        System.out.println(table("p99 of admitted calls, ms", rows, Verdict::p99Millis));
        System.out.println(table(
                "worst ten seconds, % of what could be achieved", rows, verdict -> 100 * verdict.worstTenSeconds()));
        System.out.println(table("seconds until settled after a change", rows, Verdict::settleSeconds));
        csv(rows, folder.resolve("lab.csv"));
        System.out.println("CSV and plots: " + folder);
        Figures figures = figures(rows);
        System.out.println(figures);
        return figures.exitCode();
    }

    private Row run(String name, Scenario scenario) {
        List<Oracle> oracles = LongStream.range(firstSeed, firstSeed + seeds)
                .parallel()
                .mapToObj(seed -> Oracle.search(scenario, seed))
                .toList();
        Map<Contestant, List<Verdict>> verdicts = new TreeMap<>();
        for (Contestant limiter : limiters) {
            verdicts.put(limiter, verdicts(scenario, oracles, oracle -> limiter.factory));
        }
        return new Row(
                name,
                scenario,
                oracles,
                verdicts,
                verdicts(scenario, oracles, oracle -> surroundings -> Contestant.fixed(oracle.single())),
                verdicts(
                        scenario,
                        oracles,
                        oracle -> surroundings ->
                                Contestant.fixed((int) Math.min(Integer.MAX_VALUE, 4L * oracle.single()))));
    }

    private List<Verdict> verdicts(Scenario scenario, List<Oracle> oracles, Function<Oracle, Guard.Factory> factory) {
        return IntStream.range(0, seeds)
                .parallel()
                .mapToObj(i -> Verdict.of(
                        scenario,
                        Run.of(scenario, factory.apply(oracles.get(i)), firstSeed + i)
                                .score(),
                        oracles.get(i).run().score()))
                .toList();
    }

    private static double mean(List<Verdict> verdicts, ToDoubleFunction<Verdict> figure) {
        return verdicts.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    private String table(String title, List<Row> rows, ToDoubleFunction<Verdict> figure) {
        List<String> head = new ArrayList<>(List.of(title));
        limiters.forEach(limiter -> head.add(limiter.toString()));
        head.addAll(List.of("right", "wrong"));
        Table table = new Table(head.toArray(String[]::new));
        List<double[]> all = new ArrayList<>();
        for (Row row : rows) {
            double[] values = IntStream.range(0, limiters.size() + 2)
                    .mapToDouble(i -> i < limiters.size()
                            ? row.mean(limiters.get(i), figure)
                            : mean(i == limiters.size() ? row.right : row.wrong, figure))
                    .toArray();
            all.add(values);
            table.row(cells(row.name, values));
        }
        if (rows.size() > 1) {
            table.row(cells("mean", across(all, values -> values.average().orElse(Double.NaN))));
            table.row(cells("least", across(all, values -> values.min().orElse(Double.NaN))));
            table.row(cells("most", across(all, values -> values.max().orElse(Double.NaN))));
        }
        return table.toString();
    }

    private static double[] across(List<double[]> rows, ToDoubleFunction<DoubleStream> summary) {
        return IntStream.range(0, rows.get(0).length)
                .mapToDouble(i -> summary.applyAsDouble(
                        rows.stream().mapToDouble(row -> row[i]).filter(value -> !Double.isNaN(value))))
                .toArray();
    }

    private static Object[] cells(String name, double[] values) {
        List<Object> cells = new ArrayList<>(List.of(name));
        for (double value : values) {
            cells.add(Double.isNaN(value) ? "-" : (Object) value);
        }
        return cells.toArray();
    }

    private Figures figures(List<Row> rows) {
        Figures figures = new Figures();
        if (!limiters.contains(Contestant.LOADLINE)) {
            return figures.put("loadline", "did_not_run");
        }
        double mean = mean(rows, Contestant.LOADLINE);
        double worst = worst(rows, Contestant.LOADLINE);
        figures.put("mean", mean).put("worst", worst);
        figures.bar("mean_bar", mean >= MEAN_BAR);
        figures.bar("worst_bar", worst >= WORST_BAR);
        List<Contestant> peers =
                limiters.stream().filter(limiter -> limiter.kind == Kind.PEER).toList();
        if (!peers.isEmpty()) {
            double bestMean =
                    peers.stream().mapToDouble(peer -> mean(rows, peer)).max().orElseThrow();
            double bestWorst =
                    peers.stream().mapToDouble(peer -> worst(rows, peer)).max().orElseThrow();
            figures.put("best_peer_mean", bestMean).put("best_peer_worst", bestWorst);
            figures.bar("best_mean_bar", mean >= bestMean);
            figures.bar("best_worst_bar", worst >= bestWorst);
            List<String> behind = rows.stream()
                    .filter(row -> behind(row, peers) > BEHIND_BAR)
                    .map(Row::name)
                    .toList();
            List<String> slow = rows.stream()
                    .filter(row -> isSlow(row, peers))
                    .map(Row::name)
                    .toList();
            figures.put("behind", behind).bar("behind_bar", behind.isEmpty());
            figures.put("slow", slow).bar("p99_bar", slow.isEmpty());
        }
        double settle = rows.stream()
                .mapToDouble(row -> row.mean(Contestant.LOADLINE, Verdict::stepSeconds))
                .filter(seconds -> !Double.isNaN(seconds))
                .max()
                .orElse(0);
        return figures.put("step_settle_s", settle).bar("settle_bar", settle <= SETTLE_BAR);
    }

    private static double mean(List<Row> rows, Contestant limiter) {
        return rows.stream()
                .mapToDouble(row -> Math.min(1, row.mean(limiter, Verdict::goodput)))
                .average()
                .orElseThrow();
    }

    private static double worst(List<Row> rows, Contestant limiter) {
        return rows.stream()
                .mapToDouble(row -> Math.min(1, row.mean(limiter, Verdict::goodput)))
                .min()
                .orElseThrow();
    }

    private static Optional<Contestant> best(Row row, List<Contestant> peers) {
        return peers.stream().max(Comparator.comparingDouble(peer -> row.mean(peer, Verdict::goodput)));
    }

    private static double behind(Row row, List<Contestant> peers) {
        double best =
                best(row, peers).map(peer -> row.mean(peer, Verdict::goodput)).orElseThrow();
        return best - row.mean(Contestant.LOADLINE, Verdict::goodput);
    }

    private static boolean isSlow(Row row, List<Contestant> peers) {
        double ours = row.mean(Contestant.LOADLINE, Verdict::p99Millis);
        double theirs =
                best(row, peers).map(peer -> row.mean(peer, Verdict::p99Millis)).orElseThrow();
        return ours > P99_BAR * theirs
                && ours > row.scenario.clients().deadline().toMillis() / 2.0;
    }

    private void csv(List<Row> rows, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("scenario,limiter,seed,goodput,p50_ms,p99_ms,refused,settle_s,worst_10s,best_limits");
        for (Row row : rows) {
            row.verdicts.forEach((limiter, verdicts) -> lines(lines, row, limiter.toString(), verdicts));
            lines(lines, row, "right", row.right);
            lines(lines, row, "wrong", row.wrong);
        }
        Files.write(file, lines);
    }

    private void lines(List<String> lines, Row row, String limiter, List<Verdict> verdicts) {
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict verdict = verdicts.get(i);
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%s,%d,%.4f,%.2f,%.2f,%.4f,%.1f,%.4f,%s",
                    row.name,
                    limiter,
                    firstSeed + i,
                    verdict.goodput(),
                    verdict.p50Millis(),
                    verdict.p99Millis(),
                    verdict.refused(),
                    verdict.settleSeconds(),
                    verdict.worstTenSeconds(),
                    row.oracles.get(i).limits().stream().map(String::valueOf).collect(Collectors.joining(" "))));
        }
    }

    /** What each limiter serves of more and more load on the service of a scenario. */
    private void sweep(Row row, Path folder) throws IOException {
        SweepPlot plot = new SweepPlot(row.name + ": goodput against offered load");
        double usual = new Timeline(row.scenario).rate(0L);
        for (Contestant limiter : limiters) {
            double[] offered =
                    SWEEP.stream().mapToDouble(factor -> factor * usual).toArray();
            double[] good = Arrays.stream(offered)
                    .parallel()
                    .map(rate -> Run.of(
                                            row.scenario.steady(rate, Duration.ofSeconds(SWEEP_SECONDS)),
                                            limiter.factory,
                                            firstSeed)
                                    .score()
                                    .good(SWEEP_WARM_SECONDS, SWEEP_SECONDS)
                            / (double) (SWEEP_SECONDS - SWEEP_WARM_SECONDS))
                    .toArray();
            plot.add(limiter, offered, good);
        }
        plot.save(folder.resolve(row.name + "-sweep.png"));
    }

    private void plot(Row row, Path folder) throws IOException {
        LabPlot plot = new LabPlot(row.name + ": " + row.scenario.title());
        plot.oracle(row.oracles.get(0).run());
        for (Contestant limiter : limiters) {
            if (limiter.kind != Kind.REFERENCE) {
                plot.add(limiter, Run.of(row.scenario, limiter.factory, firstSeed));
            }
        }
        plot.save(folder.resolve(row.name + ".png"));
        if (new Timeline(row.scenario).rate(0L) > 0) {
            sweep(row, folder);
        }
    }
}
