/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import java.util.HashMap;
import java.util.Map;

/**
 * What requests ask of the service and what it sustains, measured interval by interval. Not thread-safe; guarded by the signal's
 * lock.
 */
final class RequestLoad {
    /*
     * demand   = sum over routes of (completed + shed) per second x baseline: by Little's law the calls in flight that
     *            the offered work would need without congestion. What was shed counts, or the limiter would hide the
     *            demand from the autoscaler.
     * capacity = see TrustedCapacity.
     *
     * A call that is tried again was counted when it was refused first, wherever that was. So what was shed counts less what
     * says that it is another attempt, whether it is shed again or served: then each piece of work counts once, served in the
     * end or given up. Never less than what is done, since other failures are tried again, too, which is work. And not all
     * clients say so: what was shed counts at most three times the capacity.
     *
     * Not in-flight over limit: the limit falls towards what is in use when there is little to do, so half of the load
     * would read as an eighth.
     *
     * What takes what the others leave is no demand, or an autoscaler would buy instances for it. It is work all the same: what
     * the service can do is known from all that it does.
     *
     * Work is what succeeded, since a fast failure is none. One call in a thousand that was shed is no saturation.
     */
    private static final double TREND_SECONDS = 20;
    private static final double SHED_CAP = 3;
    private static final double SHED_SHARE = 0.02;
    private static final double SLOWER = 1.5;

    private final ConcurrencyLimiter limiter;
    private final Workloads workloads;
    private final Map<String, LimiterStats> before = new HashMap<>();
    private final Map<String, SlowBaseline> baselines = new HashMap<>();
    private final ShadowWindow shadow = new ShadowWindow();
    private final TrustedCapacity capacity = new TrustedCapacity();
    private final WorkMix mix = new WorkMix();
    private final CapacityCpus cpus = new CapacityCpus();
    private final Trend trend = new Trend(TREND_SECONDS);
    private int inFlightBefore;

    /** What a call takes on average, in seconds; kept for intervals in which none ended. */
    private double meanCallSeconds;

    RequestLoad(ConcurrencyLimiter limiter, Workloads workloads) {
        this.limiter = limiter;
        this.workloads = workloads;
    }

    /** Forgets what was counted since the last interval: the next one begins now. */
    void begin() {
        inFlightBefore = limiter.inFlight();
        limiter.statsByRoute().forEach((route, stats) -> before.put(route.name(), stats));
        capacity.interrupt();
    }

    /** The same where nothing is known of what came before. */
    void beginAnew() {
        trend.clear();
        begin();
    }

    /** The same after so many seconds that say nothing. */
    void skip(double seconds) {
        trend.skip(seconds);
        begin();
    }

    /**
     * Measures the interval that ends now.
     *
     * @param stats what the limiter has counted of each route until now
     * @param serves whether it is a warm service's
     * @param usedUp whether a local resource is as good as used up
     * @param resources what they tell now
     */
    Interval end(
            long nowNanos,
            double seconds,
            Map<Route, LimiterStats> stats,
            boolean serves,
            boolean usedUp,
            Resources resources) {
        capacity.resize(cpus.change(resources.cpus()));
        Sums sums = sum(nowNanos, seconds, stats);
        int limit = limiter.limit();
        int inFlight = limiter.inFlight();
        int growth = inFlight - inFlightBefore;
        inFlightBefore = inFlight;
        boolean saturated =
                limiter.isWarm() && (sums.shedCalls > SHED_SHARE * sums.offered * seconds || inFlight >= limit);
        learn(nowNanos, sums, serves && saturated, usedUp, resources);
        // What came is what ended and what has joined those that run: where nothing is refused an overload piles up.
        // A saturated service is not less loaded while such a pile shrinks.
        double came = Math.max(0, sums.offered + growth / seconds);
        trend.add(came, seconds);
        double joined = saturated ? Math.max(0, growth) : growth;
        if (sums.offered > 0) {
            meanCallSeconds = sums.offeredWork / sums.offered;
        }
        // Nobody knows of which routes those are that have joined.
        double waiting = Math.max(-sums.done, joined / seconds * meanCallSeconds * sums.scalingShare());
        double undone = sums.shedOnce + Math.max(0, waiting);
        double calls = capacity.calls();
        double counted = Double.isNaN(calls) ? undone : Math.min(undone, SHED_CAP * calls);
        return new Interval(
                saturated,
                sums.done + Math.min(0, waiting) + counted,
                calls,
                came,
                trend.perSecond(),
                limit,
                inFlight,
                shadow.report(nowNanos),
                sums.byRoute);
    }

    private Sums sum(long nowNanos, double seconds, Map<Route, LimiterStats> stats) {
        boolean shadowing = limiter.enforcement() == Enforcement.SHADOW && limiter.isWarm();
        if (shadowing) {
            shadow.begin(nowNanos - (long) (seconds * 1e9));
        } else {
            shadow.clear();
        }
        Sums sums = new Sums();
        stats.forEach((route, counts) -> {
            LimiterStats previous = before.put(route.name(), counts);
            LimiterStats since = counts.minus(previous == null ? LimiterStats.ZERO : previous);
            SlowBaseline baseline = baselines.computeIfAbsent(route.name(), name -> new SlowBaseline());
            baseline.follow(route.baseline().toNanos(), seconds);
            capacity.rescale(mix.shrunk(route.name(), baseline.nanos()));
            double callsPerSecond = baseline.nanos() / 1e9 / seconds;
            double work = since.succeeded() * callsPerSecond;
            mix.did(route.name(), work, baseline.nanos());
            sums.work += work;
            sums.workAsSlow += since.succeeded() * (route.baseline().toNanos() / 1e9 / seconds);
            sums.offered += since.offered() / seconds;
            double done = since.completed() * callsPerSecond;
            double shedOnce = Math.max(0, since.shed() - since.repeated()) * callsPerSecond;
            double offeredWork = done + since.shed() * callsPerSecond;
            sums.offeredWork += offeredWork;
            if (workloads.of(route.name()).isScaling()) {
                sums.scalingWork += offeredWork;
                sums.done += done;
                sums.shedOnce += shedOnce;
            }
            sums.byRoute.put(route.name(), done + shedOnce);
            sums.shedCalls += since.shed() + since.shadowed();
            if (shadowing) {
                shadow.add(route.name(), since);
            }
        });
        return sums;
    }

    private void learn(long nowNanos, Sums sums, boolean saturated, boolean usedUp, Resources resources) {
        // Calls take longer than they used to, and not for a queue, or the limiter would not have got used to it: what
        // is done then is no capacity unless something here is used up.
        boolean tells = saturated && (usedUp || sums.workAsSlow <= SLOWER * sums.work);
        // Not of less than the capacity, or it would be that of a moment in which a dependency is slow.
        if (tells && !(sums.work < capacity.calls())) {
            mix.learn();
            cpus.learn(resources.utilization("cpu"));
        }
        capacity.tick(sums.work, tells, usedUp, nowNanos);
    }

    /** Of all routes; in calls kept in flight unless it says otherwise. */
    private static final class Sums {
        /** Calls per second. */
        private double offered;

        /** Done and shed. */
        private double offeredWork;

        /** Of that, what calls for instances; so are the next two. */
        private double scalingWork;

        private double done;

        /** What was shed, without what was counted when it was refused first. */
        private double shedOnce;

        /** What was done and shed once, of routes of all kinds. */
        private final Map<String, Double> byRoute = new HashMap<>();

        /** Calls that were shed, or would have been. */
        private long shedCalls;

        /** Of what succeeded. */
        private double work;

        /** The same with the latencies of now. */
        private double workAsSlow;

        private double scalingShare() {
            return offeredWork > 0 ? scalingWork / offeredWork : 1;
        }
    }

    /**
     * One interval. Immutable.
     *
     * @param saturated whether the service had as much as it could do
     * @param demand in calls kept in flight, and so is the next
     * @param capacity NaN until it is known
     * @param arrivalRate calls per second
     * @param arrivalTrend by how much that changes per second; NaN until there is a trend
     * @param limit as of its end, like the next
     * @param inFlight calls that run
     * @param shadow what enforcing would have refused lately
     * @param demandByRoute the same as {@code demand}, of each route alone and whatever kind of work it is, without calls
     *     that have not ended; by name
     */
    record Interval(
            boolean saturated,
            double demand,
            double capacity,
            double arrivalRate,
            double arrivalTrend,
            int limit,
            int inFlight,
            ShadowReport shadow,
            Map<String, Double> demandByRoute) {

        /** Demand over capacity; while that is unknown the largest share in use of a local resource, NaN if there is none. */
        double load(double localLoad) {
            return Double.isNaN(capacity) ? localLoad : demand / capacity;
        }
    }
}
