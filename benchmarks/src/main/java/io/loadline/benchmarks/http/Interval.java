/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * The mean of paired ratios and where it may lie. Immutable.
 *
 * @param mean the geometric mean: it is the same whichever side of the ratio is on top, but for the sign
 * @param low lower end of the 95 % confidence interval
 * @param high upper end
 */
record Interval(double mean, double low, double high) {
    private static final int RESAMPLES = 10_000;

    /**
     * Resamples in two stages, forks and then pairs within each: pairs of one JVM are alike, as they share what its
     * compiler and its heap happened to look like, so that counting them as independent would make the interval too
     * narrow.
     *
     * @param forks the ratios of the pairs of each fork
     */
    static Interval of(List<double[]> forks, long seed) {
        List<double[]> logs = forks.stream()
                .map(ratios -> Arrays.stream(ratios).map(Math::log).toArray())
                .toList();
        double sum = 0;
        for (double[] fork : logs) {
            sum += Arrays.stream(fork).average().orElseThrow();
        }
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            means[i] = resampled(logs, random);
        }
        double[] ends = Quantile.withDefaults().evaluate(means, 0.025, 0.975);
        return new Interval(Math.exp(sum / logs.size()), Math.exp(ends[0]), Math.exp(ends[1]));
    }

    private static double resampled(List<double[]> logs, UniformRandomProvider random) {
        double sum = 0;
        for (int i = 0; i < logs.size(); i++) {
            double[] fork = logs.get(random.nextInt(logs.size()));
            double forkSum = 0;
            for (int j = 0; j < fork.length; j++) {
                forkSum += fork[random.nextInt(fork.length)];
            }
            sum += forkSum / fork.length;
        }
        return sum / logs.size();
    }
}
