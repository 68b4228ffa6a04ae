/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * What a limiter saw between two decisions of its algorithm. Immutable.
 *
 * <p>Latencies are those of timed calls that succeeded. For the stretch each is cut at ten times its route's baseline, so
 * that one outlier does not decide over a window. Latencies of calls that ended in a stall of the process, or just after
 * it, are left out.
 */
public final class LimitWindow {
    /** Windows shorter than this say more about the scheduler than about the service: 200 ms. */
    static final long MIN_NANOS = 200_000_000L;

    /** A decision is due after this time however little was seen: 3 s. */
    static final long MAX_NANOS = 3_000_000_000L;

    /** Fewer latencies than this make no mean. */
    static final int MIN_SAMPLES = 20;

    private final long durationNanos;
    private final int limit;
    private final int peakInFlight;
    private final long completed;
    private final long succeeded;
    private final long dropped;
    private final long shed;
    private final double cpuUtilization;
    private final long samples;
    private final double rttSum;
    private final double waitedSum;
    private final long judged;
    private final double stretch;
    private final double stretchError;
    private final double meanBaselineNanos;

    /**
     * Sums up the routes' totals.
     *
     * @param routes the routes with an index below the arrays' number of routes
     */
    LimitWindow(
            long durationNanos,
            int limit,
            int peakInFlight,
            double cpuUtilization,
            Iterable<Route> routes,
            long[] longs,
            double[] doubles) {
        this.durationNanos = durationNanos;
        this.limit = limit;
        this.peakInFlight = peakInFlight;
        this.cpuUtilization = cpuUtilization;
        long ended = 0;
        long good = 0;
        long failed = 0;
        long refused = 0;
        long timed = 0;
        double rtts = 0;
        double waits = 0;
        long judgedSamples = 0;
        double judgedRtts = 0;
        double baselines = 0;
        for (Route route : routes) {
            int at = route.index * StripedStats.LONGS;
            long shadowOrShed = longs[at + StripedStats.SHED] + longs[at + StripedStats.SHADOWED];
            ended += longs[at + StripedStats.SUCCEEDED]
                    + longs[at + StripedStats.IGNORED]
                    + longs[at + StripedStats.DROPPED];
            good += longs[at + StripedStats.SUCCEEDED];
            failed += longs[at + StripedStats.DROPPED];
            refused += shadowOrShed;
            long n = longs[at + StripedStats.TIMED];
            timed += n;
            rtts += longs[at + StripedStats.UNCUT_NANOS];
            waits += longs[at + StripedStats.WAITED_NANOS];
            long baseline = route.baselineNanos();
            if (baseline > 0) {
                judgedSamples += n;
                judgedRtts += longs[at + StripedStats.RTT_NANOS];
                baselines += (double) n * baseline;
            }
        }
        this.completed = ended;
        this.succeeded = good;
        this.dropped = failed;
        this.shed = refused;
        this.samples = timed;
        this.rttSum = rtts;
        this.waitedSum = waits;
        this.judged = judgedSamples;
        this.stretch = judgedSamples == 0 ? 1 : judgedRtts / baselines;
        this.meanBaselineNanos = judgedSamples == 0 ? 0 : baselines / judgedSamples;
        this.stretchError =
                judgedSamples < 2 ? Double.POSITIVE_INFINITY : ratioError(routes, longs, doubles, baselines);
    }

    /** The standard error of a ratio of sums: the residuals rtt - stretch * baseline over the sum of baselines. */
    private double ratioError(Iterable<Route> routes, long[] longs, double[] doubles, double baselines) {
        double residuals = 0;
        for (Route route : routes) {
            double baseline = route.baselineNanos();
            long n = longs[route.index * StripedStats.LONGS + StripedStats.TIMED];
            if (baseline > 0 && n > 0) {
                double expected = stretch * baseline;
                double sum = longs[route.index * StripedStats.LONGS + StripedStats.RTT_NANOS];
                double squares = doubles[route.index * StripedStats.DOUBLES + StripedStats.RTT_SQUARES];
                residuals += Math.max(0, squares - 2 * expected * sum + n * expected * expected);
            }
        }
        return Math.sqrt(residuals) / baselines;
    }

    /** How long the window lasted, in nanoseconds. */
    public long durationNanos() {
        return durationNanos;
    }

    /** The limit that held during the window, in calls. */
    public int limit() {
        return limit;
    }

    /** The most calls that ran at once, those outside the limit included. */
    public int peakInFlight() {
        return peakInFlight;
    }

    /** Whether the limit was reached: calls were, or might have been, refused. */
    public boolean binding() {
        return peakInFlight >= limit || shed > 0;
    }

    /** Calls that ended, whatever their outcome. */
    public long completed() {
        return completed;
    }

    /** Calls that ended with {@link Outcome#DROPPED}. */
    public long dropped() {
        return dropped;
    }

    /** Calls refused because the limit was reached, and those that ran although it was. */
    public long shed() {
        return shed;
    }

    /** Timed calls. */
    public long samples() {
        return samples;
    }

    /** Timed calls of routes whose baseline is known: those {@link #stretch()} is made of. */
    public long judgedSamples() {
        return judged;
    }

    /** The mean latency of timed calls, uncut, in nanoseconds; 0 without any. */
    public double meanRttNanos() {
        return samples == 0 ? 0 : rttSum / samples;
    }

    /**
     * The share of the time of timed calls, 0 to 1, that they are known to have waited for others, see {@link RequestTiming}; 0
     * where nobody takes that down.
     */
    public double waitedShare() {
        return rttSum == 0 ? 0 : waitedSum / rttSum;
    }

    /** The mean baseline of judged calls in nanoseconds; 0 without any. */
    public double meanBaselineNanos() {
        return meanBaselineNanos;
    }

    /**
     * How much longer calls took than their routes' baselines, as a ratio of sums; 1 without judged calls. A change in
     * the mix of routes cancels out.
     */
    public double stretch() {
        return stretch;
    }

    /** The standard error of {@link #stretch()}; infinite with fewer than two judged calls. */
    public double stretchError() {
        return stretchError;
    }

    /** Calls succeeded per second: a limit that is raised to get more fast failures has bought nothing. */
    public double throughput() {
        return durationNanos == 0 ? 0 : succeeded * 1e9 / durationNanos;
    }

    /** The share of its CPUs the process used, about 0 to 1; NaN if unknown. */
    public double cpuUtilization() {
        return cpuUtilization;
    }
}
