/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Scrapes a service four times a second while generators send, and notes what they sent. Not thread-safe. */
final class Watch implements AutoCloseable {
    static final Duration EVERY = Duration.ofMillis(250);

    /*
     * What a signal would publish that knew all: the larger of the means over these times, as the service says of its own.
     * Without them the chance in random arrivals would look like an error of the signal.
     */
    private static final double SHORT_SECONDS = 5;
    private static final double LONG_SECONDS = 15;

    /**
     * One look.
     *
     * @param phase what was asked for
     * @param seconds since the watch began
     * @param load NaN while it is absent
     * @param bottleneck as the service says
     * @param offered requests that were sent until then
     * @param answered those of them that were answered well
     */
    record Sample(
            String phase,
            double seconds,
            double load,
            double demand,
            double capacity,
            String bottleneck,
            long offered,
            long answered) {}

    private final int port;
    private final PrintWriter csv;
    private final List<Sample> samples = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private long offered;
    private long answered;

    /** A watch on the service at {@code port} that writes a line for each look into {@code file}. */
    Watch(int port, Path file) throws IOException {
        this.port = port;
        this.csv = new PrintWriter(file.toFile(), StandardCharsets.UTF_8);
        csv.println("phase,seconds,load,demand,capacity,bottleneck,offered,answered");
    }

    /** Watches for a while and returns what was seen. A service that does not answer in time publishes nothing. */
    List<Sample> follow(String phase, Duration duration, LoadRun... runs) throws InterruptedException {
        int before = samples.size();
        long beginNanos = System.nanoTime();
        for (long look = 1; look * EVERY.toNanos() <= duration.toNanos(); look++) {
            long waitNanos = beginNanos + look * EVERY.toNanos() - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, waitNanos));
            samples.add(look(phase, runs));
        }
        return List.copyOf(samples.subList(before, samples.size()));
    }

    private Sample look(String phase, LoadRun... runs) {
        for (LoadRun run : runs) {
            LoadStats stats = run.window();
            offered += stats.offered();
            answered += stats.count(Outcome.OK);
        }
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        Scrape scrape = Scrape.of(port);
        Sample sample = new Sample(
                phase,
                seconds,
                scrape == null ? Double.NaN : scrape.load(),
                scrape == null ? Double.NaN : scrape.demand(),
                scrape == null ? Double.NaN : scrape.capacity(),
                Scrape.bottleneck(port),
                offered,
                answered);
        csv.printf(
                Locale.ROOT,
                "%s,%.3f,%.3f,%.2f,%.2f,%s,%d,%d%n",
                phase,
                seconds,
                sample.load,
                sample.demand,
                sample.capacity,
                sample.bottleneck,
                offered,
                answered);
        csv.flush();
        return sample;
    }

    /** Requests a second that were offered lately at {@code sample}, averaged as the signal averages. */
    double offeredPerSecond(Sample sample) {
        return Math.max(offeredPerSecond(sample, SHORT_SECONDS), offeredPerSecond(sample, LONG_SECONDS));
    }

    private double offeredPerSecond(Sample sample, double seconds) {
        Sample from = samples.stream()
                .filter(each -> each.seconds >= sample.seconds - seconds)
                .findFirst()
                .orElse(sample);
        return perSecond(from, sample, sample.offered - from.offered);
    }

    /** Requests a second that were offered from the first to the last of {@code some}. */
    static double offeredPerSecond(List<Sample> some) {
        return perSecond(first(some), last(some), last(some).offered - first(some).offered);
    }

    /** The same of those that were answered well. */
    static double answeredPerSecond(List<Sample> some) {
        return perSecond(first(some), last(some), last(some).answered - first(some).answered);
    }

    private static double perSecond(Sample from, Sample to, long count) {
        return count / (to.seconds - from.seconds);
    }

    /** The mean of the loads that were there; NaN if there was none. */
    static double meanLoad(List<Sample> some) {
        return some.stream()
                .mapToDouble(Sample::load)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    /** Those that were taken {@code after} the first of a phase, or later. */
    static List<Sample> after(List<Sample> phase, Duration after) {
        double from = first(phase).seconds + after.toMillis() / 1e3;
        return phase.stream().filter(each -> each.seconds >= from).toList();
    }

    /** Seconds from the beginning of a phase to the first load of {@code least} or more; infinite if there is none. */
    static double reached(List<Sample> phase, double least) {
        double begin = first(phase).seconds - EVERY.toMillis() / 1e3;
        return phase.stream()
                .filter(each -> each.load >= least)
                .mapToDouble(each -> each.seconds - begin)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** The bottleneck that was told most often. */
    static String bottleneck(List<Sample> some) {
        Map<String, Integer> told = new TreeMap<>();
        some.forEach(each -> told.merge(each.bottleneck, 1, Integer::sum));
        return told.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("unknown");
    }

    private static Sample first(List<Sample> some) {
        return some.get(0);
    }

    private static Sample last(List<Sample> some) {
        return some.get(some.size() - 1);
    }

    @Override
    public void close() {
        csv.close();
    }
}
