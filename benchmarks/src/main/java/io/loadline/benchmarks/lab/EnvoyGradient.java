/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's adaptive concurrency filter, rewritten from its rule (gradient controller of Envoy 1.3x: documentation of
 * {@code envoy.filters.http.adaptive_concurrency} and the behaviour its tests show), with its defaults and the documented
 * example's intervals; quantiles are exact instead of a histogram's. Not thread-safe.
 */
final class EnvoyGradient implements Guard {
    /*
     * The minimal latency is measured anew every minute: the limit falls to 3 until 50 calls have ended that began
     * since. Otherwise, ten times a second, the limit becomes limit x gradient + sqrt(limit x gradient), where gradient =
     * 1.25 x minimal latency / median of the last interval, between 0.5 and 2. A limit that was at its minimum five times
     * in a row makes the measurement begin at once.
     */

    /**
     * What can be set.
     *
     * @param intervalSeconds between two updates of the limit
     * @param minRttSeconds between two measurements of the minimal latency
     * @param requestCount calls of a measurement
     * @param jitter share by which the time to the next measurement may be longer
     * @param minConcurrency the least limit, in calls, which holds during a measurement
     * @param maxConcurrency the greatest limit, in calls
     * @param buffer share by which the minimal latency counts for longer
     * @param quantile of latencies that is taken, 0 to 1
     */
    record Settings(
            double intervalSeconds,
            double minRttSeconds,
            int requestCount,
            double jitter,
            int minConcurrency,
            int maxConcurrency,
            double buffer,
            double quantile) {
        static final Settings DEFAULTS = new Settings(0.1, 60, 50, 0.15, 3, 1000, 0.25, 0.5);
    }

    private static final int TIMES_AT_MINIMUM = 5;

    private record Admitted(long sentNanos) {}

    private final Surroundings surroundings;
    private final Settings settings;
    private final Random random;
    private int limit;
    private int inFlight;
    private double[] samples = new double[1024];
    private int size;
    private double minRtt;
    private boolean measuring;
    private int deferredLimit;
    private long epochNanos;
    private double nextMeasurement = Double.POSITIVE_INFINITY;
    private double nextUpdate;
    private int atMinimum;

    EnvoyGradient(Surroundings surroundings) {
        this(surroundings, Settings.DEFAULTS);
    }

    EnvoyGradient(Surroundings surroundings, Settings settings) {
        this.surroundings = surroundings;
        this.settings = settings;
        this.random = new Random(surroundings.seed());
        this.limit = settings.minConcurrency;
        measure();
    }

    private double now() {
        return surroundings.nanos() / 1e9;
    }

    private void measure() {
        if (measuring) {
            return;
        }
        measuring = true;
        nextMeasurement = Double.POSITIVE_INFINITY;
        deferredLimit = limit;
        limit = settings.minConcurrency;
        atMinimum = 0;
        size = 0;
        epochNanos = surroundings.nanos();
    }

    /** Its timers; they are checked at each call and each beat, which is as often as it updates its limit. */
    void timers() {
        if (now() >= nextMeasurement) {
            measure();
        }
        if (!measuring && now() >= nextUpdate) {
            nextUpdate = now() + settings.intervalSeconds;
            if (size > 0) {
                update(quantile());
            }
        }
    }

    private void update(double sampleRtt) {
        double gradient = Math.max(0.5, Math.min(2, minRtt * (1 + settings.buffer) / sampleRtt));
        double scaled = limit * gradient;
        int next = (int) (scaled + Math.sqrt(scaled));
        int before = limit;
        limit = Math.max(settings.minConcurrency, Math.min(settings.maxConcurrency, next));
        atMinimum = before == settings.minConcurrency && limit == settings.minConcurrency ? atMinimum + 1 : 0;
        if (atMinimum >= TIMES_AT_MINIMUM) {
            nextMeasurement = now();
        }
    }

    private double quantile() {
        double[] sorted = Arrays.copyOf(samples, size);
        Arrays.sort(sorted);
        size = 0;
        return sorted[Math.max(0, (int) Math.ceil(settings.quantile * sorted.length) - 1)];
    }

    @Override
    public @Nullable Object admit(String route) {
        timers();
        if (inFlight >= limit) {
            return null;
        }
        inFlight++;
        return new Admitted(surroundings.nanos());
    }

    @Override
    public void end(Object admitted, boolean success) {
        timers();
        inFlight--;
        long sentNanos = ((Admitted) admitted).sentNanos;
        if (sentNanos < epochNanos) {
            return;
        }
        if (size == samples.length) {
            samples = Arrays.copyOf(samples, 2 * size);
        }
        samples[size++] = Math.max(1e-6, (surroundings.nanos() - sentNanos) / 1e9);
        if (measuring && size >= settings.requestCount) {
            minRtt = quantile();
            measuring = false;
            limit = deferredLimit;
            nextMeasurement = now() + settings.minRttSeconds * (1 + settings.jitter * random.nextDouble());
            nextUpdate = now() + settings.intervalSeconds;
        }
    }

    @Override
    public void beat() {
        timers();
    }

    @Override
    public int limit() {
        return limit;
    }

    /** The minimal latency in seconds as last measured, zero before. */
    double minRtt() {
        return minRtt;
    }

    boolean isMeasuring() {
        return measuring;
    }
}
