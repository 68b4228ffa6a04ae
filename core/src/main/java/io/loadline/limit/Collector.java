/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the stripes have counted into totals and into the present window. Not thread-safe; guarded by the limiter's
 * lock. Times are nanoseconds since the limiter was built.
 */
final class Collector {
    /*
     * Stalls: latencies that ended in a stall of the process, or within its echo, are counted but not put into the
     * window, at most once in a while, since a process that always stalls must still see its latencies.
     *
     * Sampling: every call is timed up to about 2,000 a second, then one of a power of two, by a counter per stripe.
     * By chance would cost a random number; by in-flight would bias the mean.
     */
    private static final double TIMED_PER_SECOND = 2_000;
    private static final int MAX_SAMPLE_MASK = 255;
    private static final long RATE_NANOS = 1_000_000_000L;
    private static final long STALL_ECHO_NANOS = 200_000_000L;
    private static final long STALL_PAUSE_NANOS = 2_000_000_000L;

    private final StripedStats stats;
    private final RouteTable routes;
    private final AdmissionWord word;

    /** Null without an SLO. */
    private final @Nullable SloTally slo;

    private final long[] totals;
    private final long[] windowLongs;
    private final double[] windowDoubles;
    private final long[] freshLongs;
    private final double[] freshDoubles;

    private long windowBeganNanos;
    private int windowPeak;
    private long collectedNanos;
    private long deafUntilNanos = -1;
    private long stalledNanos = -STALL_PAUSE_NANOS;
    private long rateBeganNanos;
    private long rateCompleted;
    private int sampleMask;
    private boolean adopted;

    Collector(StripedStats stats, RouteTable routes, AdmissionWord word, @Nullable SloTally slo) {
        this.stats = stats;
        this.routes = routes;
        this.word = word;
        this.slo = slo;
        this.totals = new long[routes.max() * StripedStats.LONGS];
        this.windowLongs = new long[totals.length];
        this.freshLongs = new long[totals.length];
        this.windowDoubles = new double[routes.max() * StripedStats.DOUBLES];
        this.freshDoubles = new double[windowDoubles.length];
    }

    void collect(long nowNanos) {
        int known = routes.all().size();
        stats.drainTo(known, freshLongs, freshDoubles);
        tally(known);
        // What ended since the last collection may have ended before deafness did.
        boolean deaf = collectedNanos < deafUntilNanos;
        collectedNanos = nowNanos;
        for (int i = 0; i < known * StripedStats.LONGS; i++) {
            totals[i] += freshLongs[i];
            if (!deaf || i % StripedStats.LONGS < StripedStats.TIMED) {
                windowLongs[i] += freshLongs[i];
            }
            freshLongs[i] = 0;
        }
        for (int i = 0; i < known * StripedStats.DOUBLES; i++) {
            windowDoubles[i] += deaf ? 0 : freshDoubles[i];
            freshDoubles[i] = 0;
        }
        windowPeak = Math.max(windowPeak, word.takePeak());
    }

    private void tally(int known) {
        for (int route = 0; slo != null && route < known; route++) {
            int at = route * StripedStats.LONGS;
            slo.add(
                    route,
                    freshLongs[at + StripedStats.SUCCEEDED],
                    freshLongs[at + StripedStats.TIMED],
                    freshLongs[at + StripedStats.WITHIN_SLO]);
        }
    }

    void stalled(long nowNanos) {
        if (nowNanos - stalledNanos >= STALL_PAUSE_NANOS) {
            deafUntilNanos = nowNanos + STALL_ECHO_NANOS;
            stalledNanos = nowNanos;
        }
    }

    LimitWindow window(long nowNanos, double cpuUtilization) {
        return new LimitWindow(
                nowNanos - windowBeganNanos,
                word.limit(),
                windowPeak,
                cpuUtilization,
                routes.all(),
                windowLongs,
                windowDoubles);
    }

    void beginWindow(long nowNanos) {
        Arrays.fill(windowLongs, 0);
        Arrays.fill(windowDoubles, 0);
        windowPeak = word.running();
        windowBeganNanos = nowNanos;
    }

    void learnInto(Baselines baselines, long nowNanos, boolean binding) {
        if (adopted) {
            // Of the many calls that the new limit has let in, only the shortest have ended.
            adopted = false;
            return;
        }
        double seconds = (nowNanos - windowBeganNanos) / 1e9;
        for (Route route : routes.all()) {
            baselines.learn(route, windowLongs, windowDoubles, seconds, binding);
        }
    }

    void adoptInto(Baselines baselines) {
        adopted = true;
        for (Route route : routes.all()) {
            baselines.adopt(route, windowLongs);
        }
    }

    /** One of the result + 1 calls should be timed; a power of two less one. */
    int sampleMask(long nowNanos) {
        long elapsed = nowNanos - rateBeganNanos;
        if (elapsed >= RATE_NANOS) {
            long completed = total().completed();
            double perSecond = (completed - rateCompleted) * 1e9 / elapsed;
            rateBeganNanos = nowNanos;
            rateCompleted = completed;
            int oneOf = (int) Math.min(MAX_SAMPLE_MASK + 1, Math.max(1, perSecond / TIMED_PER_SECOND));
            sampleMask = Integer.highestOneBit(oneOf) - 1;
        }
        return sampleMask;
    }

    /** Counts of all routes since the limiter was built. */
    LimiterStats total() {
        LimiterStats sum = LimiterStats.ZERO;
        for (Route route : routes.all()) {
            sum = sum.plus(total(route));
        }
        return sum;
    }

    /** Counts of one route since the limiter was built. */
    LimiterStats total(Route route) {
        int at = route.index * StripedStats.LONGS;
        return new LimiterStats(
                totals[at + StripedStats.SUCCEEDED],
                totals[at + StripedStats.IGNORED],
                totals[at + StripedStats.DROPPED],
                totals[at + StripedStats.SHADOWED],
                totals[at + StripedStats.SHED],
                totals[at + StripedStats.REFUSED],
                totals[at + StripedStats.CAPPED],
                totals[at + StripedStats.SHADOW_CAPPED],
                totals[at + StripedStats.EXPIRED],
                totals[at + StripedStats.SHADOW_EXPIRED],
                totals[at + StripedStats.REPEATED]);
    }

    /** Counts of one route since the limiter was built, by the limiter's SLO; zero without one. */
    SloCounts sloCounts(Route route) {
        return slo == null ? SloCounts.ZERO : slo.counts(route.index, total(route));
    }
}
