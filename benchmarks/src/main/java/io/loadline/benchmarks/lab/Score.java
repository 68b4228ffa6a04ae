/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What became of the requests of a run, by the second of their arrival. Not thread-safe. */
final class Score {
    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);

    private final int warmSeconds;
    private final int[] offered;
    private final int[] good;
    private final int[] refused;
    private final Histogram micros = new Histogram(LONGEST_MICROS, 3);

    Score(Scenario scenario, Timeline timeline) {
        this.warmSeconds = (int) scenario.warm().toSeconds();
        int bins = second(timeline.end()) + 1;
        offered = new int[bins];
        good = new int[bins];
        refused = new int[bins];
    }

    static int second(long nanos) {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    void arrived(long nanos) {
        offered[second(nanos)]++;
    }

    /** A request that arrived at that time was answered in time, by one of its attempts. */
    void good(long arrivedNanos) {
        good[second(arrivedNanos)]++;
    }

    /** An attempt was refused. */
    void refused(long arrivedNanos) {
        refused[second(arrivedNanos)]++;
    }

    /** An admitted attempt ended after some time, well or not. */
    void served(long arrivedNanos, long nanos) {
        if (second(arrivedNanos) >= warmSeconds) {
            micros.recordValue(Math.min(LONGEST_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos)));
        }
    }

    private static long sum(int[] bins, int from, int to) {
        return Arrays.stream(bins, Math.min(from, bins.length), Math.min(to, bins.length))
                .asLongStream()
                .sum();
    }

    /** Seconds of the run, begun ones included. */
    int seconds() {
        return good.length;
    }

    int warmSeconds() {
        return warmSeconds;
    }

    /** Requests answered in time, of those that count. */
    long good() {
        return sum(good, warmSeconds, good.length);
    }

    /** Requests answered in time, of those that arrived in some seconds, the last one excluded. */
    long good(int from, int to) {
        return sum(good, from, Math.max(from, to));
    }

    long offered() {
        return sum(offered, warmSeconds, offered.length);
    }

    /** Refused attempts for each request. */
    double refusedShare() {
        return (double) sum(refused, warmSeconds, refused.length) / Math.max(1, offered());
    }

    /** A percentile, 0 to 100, of the latency of admitted attempts. */
    double millis(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }
}
