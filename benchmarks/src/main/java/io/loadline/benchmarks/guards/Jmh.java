/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.descriptive.Median;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the methods of a benchmark in turn, for some rounds, each time in a JVM of its own. Immutable. */
final class Jmh {
    /**
     * What a method took, one value a round.
     *
     * @param nanos nanoseconds an operation
     * @param allocated bytes an operation
     */
    record Cost(double[] nanos, double[] allocated) {
        double median() {
            return Median.withDefaults().evaluate(nanos);
        }

        /** Of the round with the fewest: what is allocated once is spread over the operations. */
        double bytes() {
            return Arrays.stream(allocated).min().orElse(Double.NaN);
        }

        /** The median of the ratios within a round: what slows a machine for minutes slows both. */
        double ratioTo(Cost reference) {
            return ratio(nanos, reference.nanos);
        }

        /** The same of the bytes. */
        double allocationRatioTo(Cost reference) {
            return ratio(allocated, reference.allocated);
        }

        private static double ratio(double[] these, double[] those) {
            double[] ratios = new double[these.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = these[i] / those[i];
            }
            return Median.withDefaults().evaluate(ratios);
        }
    }

    private final int rounds;
    private final int threads;
    private final int warmups;
    private final int iterations;

    Jmh(boolean quick) {
        this(quick, quick ? 2 : 5, 1);
    }

    Jmh(boolean quick, int rounds, int threads) {
        this.rounds = rounds;
        this.threads = threads;
        this.warmups = 3;
        this.iterations = quick ? 3 : 5;
    }

    /** The cost of each of {@code methods}; raw output goes into {@code folder}. */
    Map<String, Cost> run(Class<?> benchmark, List<String> methods, Path folder) throws IOException, RunnerException {
        double[][] nanos = new double[methods.size()][rounds];
        double[][] bytes = new double[methods.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < methods.size(); i++) {
                String method = methods.get(i);
                System.err.printf("Round %d of %d, %s ...%n", round + 1, rounds, method);
                RunResult result = fork(benchmark, method, folder.resolve(method + '-' + round));
                nanos[i][round] = result.getPrimaryResult().getScore();
                bytes[i][round] = bytes(result);
            }
        }
        Map<String, Cost> costs = new LinkedHashMap<>();
        for (int i = 0; i < methods.size(); i++) {
            costs.put(methods.get(i), new Cost(nanos[i], bytes[i]));
        }
        return costs;
    }

    private RunResult fork(Class<?> benchmark, String method, Path files) throws IOException, RunnerException {
        Files.createDirectories(files.getParent());
        return new Runner(new OptionsBuilder()
                        .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
                        .forks(1)
                        .threads(threads)
                        .warmupIterations(warmups)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(iterations)
                        .measurementTime(TimeValue.milliseconds(500))
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .jvmArgs("-Xms256m", "-Xmx256m", "-XX:-UsePerfData")
                        .output(files + ".log")
                        .result(files + ".json")
                        .resultFormat(ResultFormatType.JSON)
                        .build())
                .runSingle();
    }

    private static double bytes(RunResult result) {
        Result<?> norm = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (norm == null) {
            throw new IllegalStateException(
                    "no allocation among " + result.getSecondaryResults().keySet());
        }
        return norm.getScore();
    }
}
