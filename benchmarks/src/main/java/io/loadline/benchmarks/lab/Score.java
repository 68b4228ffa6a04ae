/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.Arrays;
import org.HdrHistogram.Histogram;

/** What became of the requests of a run, by the second of their arrival. Not thread-safe. */
final class Score {
    private static final long LONGEST_MICROS = 3_600_000_000L;

    private final double warm;
    private final double seconds;
    private final int[] offered;
    private final int[] good;
    private final int[] refused;
    private final Histogram micros = new Histogram(LONGEST_MICROS, 3);

    Score(Scenario scenario) {
        this.warm = scenario.warm();
        this.seconds = scenario.seconds();
        int bins = (int) Math.ceil(seconds) + 1;
        offered = new int[bins];
        good = new int[bins];
        refused = new int[bins];
    }

    void arrived(double second) {
        offered[(int) second]++;
    }

    /** A request that arrived at that time was answered in time, by one of its attempts. */
    void good(double arrived) {
        good[(int) arrived]++;
    }

    /** An attempt was refused. */
    void refused(double arrived) {
        refused[(int) arrived]++;
    }

    /** An admitted attempt ended after some seconds, well or not. */
    void served(double arrived, double seconds) {
        if (arrived >= warm) {
            micros.recordValue(Math.min(LONGEST_MICROS, Math.round(seconds * 1e6)));
        }
    }

    private static long sum(int[] bins, double from, double to) {
        return Arrays.stream(bins, (int) Math.round(from), (int) Math.min(bins.length, Math.round(to)))
                .asLongStream()
                .sum();
    }

    /** Requests answered in time, of those that count. */
    long good() {
        return sum(good, warm, seconds + 1);
    }

    long good(double from, double to) {
        return sum(good, from, to);
    }

    long offered(double from, double to) {
        return sum(offered, from, to);
    }

    long offered() {
        return sum(offered, warm, seconds + 1);
    }

    /** Refused attempts for each request. */
    double refusedShare() {
        return (double) sum(refused, warm, seconds + 1) / Math.max(1, offered());
    }

    /** A percentile, 0 to 100, of the latency of admitted attempts. */
    double millis(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }
}
