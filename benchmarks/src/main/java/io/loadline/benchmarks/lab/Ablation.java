/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.harness.Table;
import io.loadline.limit.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What Loadline loses in the scenarios when one of its constants is another. Immutable.
 *
 * @param results one for each variant
 */
record Ablation(List<Result> results) {
    /**
     * @param mean change of the mean goodput over all scenarios, in percent of what could be achieved
     * @param worst the same in the scenario that loses most
     * @param where that scenario
     * @param p99 by what factor p99 changes, as the geometric mean over all scenarios
     */
    record Result(Variant variant, double mean, double worst, String where, double p99) {}

    /* One scenario and seed: what could be achieved, and what Loadline did as it is. */
    private record Case(String name, Scenario scenario, long seed, Score oracle, Verdict usual) {
        Verdict run(Guard.Factory factory) {
            return Verdict.of(scenario, Run.of(scenario, factory, seed).score(), oracle);
        }
    }

    static Ablation run(List<Path> files, long firstSeed, int seeds) throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Path file : files) {
            Scenario scenario = ScenarioFile.read(file);
            System.err.println(ScenarioFile.name(file));
            cases.addAll(LongStream.range(firstSeed, firstSeed + seeds)
                    .parallel()
                    .mapToObj(seed -> caseOf(ScenarioFile.name(file), scenario, seed))
                    .toList());
        }
        List<Result> results = new ArrayList<>();
        for (Variant variant : Variant.all()) {
            System.err.println(variant);
            results.add(result(variant, cases, seeds));
        }
        return new Ablation(results);
    }

    private static Case caseOf(String name, Scenario scenario, long seed) {
        Score oracle = Oracle.search(scenario, seed).run().score();
        Score usual = Run.of(scenario, Contestant.LOADLINE.factory, seed).score();
        return new Case(name, scenario, seed, oracle, Verdict.of(scenario, usual, oracle));
    }

    private static Result result(Variant variant, List<Case> cases, int seeds) {
        Guard.Factory factory = Contestant.ours(variant);
        List<Verdict> verdicts =
                cases.parallelStream().map(run -> run.run(factory)).toList();
        // The cases of a scenario are neighbours.
        double[] changes = IntStream.range(0, cases.size() / seeds)
                .mapToDouble(scenario -> IntStream.range(scenario * seeds, (scenario + 1) * seeds)
                        .mapToDouble(i -> 100
                                * (verdicts.get(i).goodput()
                                        - cases.get(i).usual().goodput()))
                        .average()
                        .orElseThrow())
                .toArray();
        int worst = IntStream.range(0, changes.length)
                .boxed()
                .min(Comparator.comparingDouble(i -> changes[i]))
                .orElseThrow();
        double p99 = IntStream.range(0, cases.size())
                .mapToDouble(i -> Math.log(
                        verdicts.get(i).p99Millis() / cases.get(i).usual().p99Millis()))
                .average()
                .orElseThrow();
        return new Result(
                variant,
                IntStream.range(0, changes.length)
                        .mapToDouble(i -> changes[i])
                        .average()
                        .orElseThrow(),
                changes[worst],
                cases.get(worst * seeds).name(),
                Math.exp(p99));
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("constant,change,value,mean,worst,where,p99");
        for (Result result : results) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%s,%s,%.3f,%.3f,%s,%.3f",
                    result.variant.constant(),
                    result.variant.change(),
                    result.variant.value(),
                    result.mean,
                    result.worst,
                    result.where,
                    result.p99));
        }
        Files.write(file, lines);
    }

    @Override
    public String toString() {
        Table table = new Table("constant", "change", "value", "mean", "worst", "where", "p99");
        for (Result result : results) {
            table.row(
                    result.variant.constant().toLowerCase(Locale.ROOT).replace('_', ' '),
                    result.variant.change(),
                    Double.toString(result.variant.value()),
                    String.format(Locale.ROOT, "%+.2f", result.mean),
                    String.format(Locale.ROOT, "%+.1f", result.worst),
                    result.where,
                    String.format(Locale.ROOT, "x %.2f", result.p99));
        }
        return table.toString();
    }
}
