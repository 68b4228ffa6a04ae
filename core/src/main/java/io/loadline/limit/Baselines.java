/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** Learns each route's latency without congestion. Not thread-safe; confined to the limiter's beat. */
final class Baselines {
    /*
     * Upward only from calls that were admitted while at most half of the limit was in use, and slowly: the weight of a
     * window is its share of calls among the slow samples, and no more than a minute allows, however many calls there are.
     * A load that grows slowly would otherwise take the baseline with it, and no latency would look like congestion.
     *
     * Downward at once, by whatever load, when the mean is below the baseline by more than the noise, but only to the
     * upper end of that noise: otherwise the luckiest window of many becomes the baseline (what users of Vegas-like
     * limiters complain of: concurrency-limits issues 34 and 37).
     * For the same reason the noise is not taken from the window alone: latencies are skewed, and a window that is
     * short of long ones has both a low mean and a small deviation. The usual deviation of the route counts too.
     * A route's first means are provisional: they follow until enough calls have been seen, but not upward while the
     * limit is reached: the first calls of a flood wait less than those after them.
     */
    private static final int MIN_SAMPLES = 5;

    private final Tuning tuning;
    private final long[] seen;

    /** By route, the running mean of windows' variance over their squared mean. */
    private final double[] relativeVariance;

    Baselines(int routes, Tuning tuning) {
        this.tuning = tuning;
        this.seen = new long[routes];
        this.relativeVariance = new double[routes];
    }

    void learn(Route route, long[] longs, double[] doubles, double windowSeconds, boolean binding) {
        int at = route.index * StripedStats.LONGS;
        int squareAt = route.index * StripedStats.DOUBLES;
        double slowSamples = tuning.of(Constant.SLOW_SAMPLES);
        long n = longs[at + StripedStats.TIMED];
        if (n < MIN_SAMPLES) {
            return;
        }
        double mean = Math.max(1, (double) longs[at + StripedStats.RTT_NANOS] / n);
        double variance = Math.max(0, doubles[squareAt + StripedStats.RTT_SQUARES] / n - mean * mean);
        long before = seen[route.index];
        double relative = variance / (mean * mean);
        double usual = relativeVariance[route.index];
        relativeVariance[route.index] = usual + (relative - usual) * (n / (n + Math.min((double) before, slowSamples)));
        seen[route.index] = before + n;
        if (before < tuning.of(Constant.CONFIRMED)) {
            double known = route.baselineNanos();
            if (before == 0 || known == 0) {
                set(route, mean);
            } else if (mean < known || !binding) {
                set(route, (known * before + mean * n) / (before + n));
            }
            return;
        }
        double baseline = route.baselineNanos();
        double error = Math.sqrt(Math.max(variance, usual * baseline * baseline) / n);
        if (mean < baseline - tuning.of(Constant.LUCK) * error) {
            set(route, Math.min(baseline, mean + error));
            return;
        }
        long low = longs[at + StripedStats.LOW_TIMED];
        if (low >= MIN_SAMPLES) {
            double lowMean = (double) longs[at + StripedStats.LOW_RTT_NANOS] / low;
            double weight = low / (low + slowSamples);
            if (lowMean > baseline) {
                weight = Math.min(weight, -Math.expm1(-windowSeconds / tuning.of(Constant.UP_SECONDS)));
            }
            set(route, baseline + (lowMean - baseline) * weight);
        }
    }

    /** Takes the window's latencies as the new baseline; what a route with too few of its own takes is unknown again. */
    void adopt(Route route, long[] longs) {
        int at = route.index * StripedStats.LONGS;
        long n = longs[at + StripedStats.TIMED];
        if (n >= MIN_SAMPLES) {
            set(route, (double) longs[at + StripedStats.UNCUT_NANOS] / n);
        } else {
            route.baselineNanos(0);
            seen[route.index] = 0;
        }
    }

    private static void set(Route route, double nanos) {
        route.baselineNanos(Math.max(1, Math.round(nanos)));
    }
}
