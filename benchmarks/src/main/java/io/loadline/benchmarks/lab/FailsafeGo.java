/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The adaptive limiter of failsafe-go, rewritten from its rule (documentation of {@code adaptivelimiter} and the vectors of its
 * tests, version 0.7), with its defaults; quantiles are exact instead of a digest's. Not thread-safe.
 */
final class FailsafeGo implements Guard {
    /*
     * Once a window (1 s, at least twice the shortest latency, at most 30 s, at least 50 calls) the 90th percentile of
     * latency, filtered by a running median of five and smoothed, is compared with a moving average of itself: queue =
     * limit x (1 - average / recent). A queue above a threshold lowers the limit by one, one below a lower threshold
     * raises it by one, unless the limiter is full and throughput does not follow the number of calls while latency does.
     * The limit is at most five times what was in flight.
     */
    private static final double MIN_WINDOW = 1;
    private static final double MAX_WINDOW = 30;
    private static final int MIN_SAMPLES = 50;
    private static final double QUANTILE = 0.9;
    private static final int SMOOTHED = 5;
    private static final int BASELINE_AGE = 10;
    private static final int CORRELATED = 50;
    private static final int WARM_UP = 10;
    private static final double MAX_FACTOR = 5;
    private static final int MIN = 1;
    private static final int MAX = 200;
    private static final int INITIAL = 20;

    private record Admitted(long sentNanos, int inFlight) {}

    private final Surroundings surroundings;
    private final int minSamples;
    private double limit = INITIAL;
    private int inFlight;
    private double[] samples = new double[1024];
    private int size;
    private int maxInFlight;
    private double nextUpdate;
    final MedianFilter median = new MedianFilter(SMOOTHED);
    final Average recent = new Average(SMOOTHED, WARM_UP);
    final Average baseline = new Average(BASELINE_AGE, WARM_UP);
    private final Correlation throughput = new Correlation(CORRELATED, WARM_UP);
    private final Correlation latency = new Correlation(CORRELATED, WARM_UP);

    FailsafeGo(Surroundings surroundings) {
        this(surroundings, MIN_SAMPLES);
    }

    FailsafeGo(Surroundings surroundings, int minSamples) {
        this.surroundings = surroundings;
        this.minSamples = minSamples;
    }

    @Override
    public @Nullable Object admit(String route) {
        if (inFlight >= limit()) {
            return null;
        }
        inFlight++;
        return new Admitted(surroundings.nanos(), inFlight);
    }

    @Override
    public void end(Object admitted, boolean success) {
        Admitted call = (Admitted) admitted;
        record((surroundings.nanos() - call.sentNanos) / 1e9, call.inFlight);
        inFlight--;
    }

    /** A call has ended, well or not; {@code together} were in flight when it began. */
    void record(double seconds, int together) {
        if (size == samples.length) {
            samples = Arrays.copyOf(samples, 2 * size);
        }
        samples[size++] = seconds;
        maxInFlight = Math.max(maxInFlight, together);
        double now = surroundings.nanos() / 1e9;
        if (now > nextUpdate && size >= minSamples) {
            double[] sorted = Arrays.copyOf(samples, size);
            Arrays.sort(sorted);
            double high = sorted[Math.max(0, (int) Math.ceil(QUANTILE * size) - 1)];
            update(recent.add(median.add(high)), maxInFlight);
            size = 0;
            maxInFlight = 0;
            nextUpdate = now + Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, 2 * sorted[0]));
        }
    }

    private void update(double recentSeconds, int together) {
        double gradient = baseline.add(recentSeconds) / recentSeconds;
        int queue = (int) Math.ceil(limit * (1 - gradient));
        double perSecond = together / recentSeconds;
        double throughputFollows = throughput.add(together, perSecond);
        double latencyFollows = latency.add(together, recentSeconds);
        boolean full = inFlight >= limit();
        int step = log10(limit());
        double next = limit;
        boolean throughputStays = throughputFollows < 0
                || (throughputFollows < 0.3 && latencyFollows > 0.5)
                || (throughput.variationOfY() < 0.2 && latencyFollows > 0.5);
        if (queue > 6 * step || (full && throughputStays)) {
            next -= step;
        } else if (queue < 3 * step) {
            next += step;
        }
        if (next > together * MAX_FACTOR) {
            next = limit - step;
        }
        limit = Math.max(MIN, Math.min(MAX, next));
    }

    /** At least 1. */
    private static int log10(int limit) {
        return limit < 100 ? 1 : (int) Math.log10(limit);
    }

    @Override
    public int limit() {
        return (int) limit;
    }

    /** A running median; what it is given until it is full is what it gives. Not thread-safe. */
    static final class MedianFilter {
        private final double[] values;
        private int index;
        private int size;
        private double median;

        MedianFilter(int size) {
            values = new double[size];
        }

        double add(double value) {
            values[index] = value;
            index = (index + 1) % values.length;
            if (++size < values.length) {
                return value;
            }
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            median = sorted[sorted.length / 2];
            return median;
        }

        double median() {
            return median;
        }
    }

    /** A moving average: the mean of the first values, exponentially weighted after these. Not thread-safe. */
    static final class Average {
        private final double weight;
        private final int warmUp;
        private int count;
        private double value;

        Average(int age, int warmUp) {
            this.weight = 2.0 / (age + 1);
            this.warmUp = warmUp;
        }

        double add(double next) {
            if (count < warmUp) {
                count++;
                value += (next - value) / count;
            } else {
                value += (next - value) * weight;
            }
            return value;
        }

        double value() {
            return value;
        }
    }

    /** The correlation of the last pairs; 0 while there are few, or while one side hardly varies. Not thread-safe. */
    static final class Correlation {
        private static final double LEAST_VARIATION = 0.01;

        private final double[] x;
        private final double[] y;
        private final int warmUp;
        private int count;
        private double variationOfY;

        Correlation(int size, int warmUp) {
            this.x = new double[size];
            this.y = new double[size];
            this.warmUp = warmUp;
        }

        double add(double nextX, double nextY) {
            x[count % x.length] = nextX;
            y[count % y.length] = nextY;
            count++;
            int size = Math.min(count, x.length);
            variationOfY = 0;
            if (size < 2 || size < warmUp) {
                return 0;
            }
            double meanX = Arrays.stream(x, 0, size).average().orElse(0);
            double meanY = Arrays.stream(y, 0, size).average().orElse(0);
            double sumXx = 0;
            double sumYy = 0;
            double sumXy = 0;
            for (int i = 0; i < size; i++) {
                sumXx += (x[i] - meanX) * (x[i] - meanX);
                sumYy += (y[i] - meanY) * (y[i] - meanY);
                sumXy += (x[i] - meanX) * (y[i] - meanY);
            }
            double variationOfX = Math.sqrt(sumXx / size) / meanX;
            variationOfY = Math.sqrt(sumYy / size) / meanY;
            if (variationOfX < LEAST_VARIATION || variationOfY < LEAST_VARIATION) {
                return 0;
            }
            return sumXy / Math.sqrt(sumXx * sumYy);
        }

        /** Standard deviation over mean of the second values, 0 while there are few. */
        double variationOfY() {
            return variationOfY;
        }
    }
}
