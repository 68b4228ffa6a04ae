/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import io.loadline.limit.SloCounts;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is measured of a service, and the snapshots made of it. Not thread-safe; guarded by the signal's lock. */
final class Measurements {
    private final ConcurrencyLimiter limiter;
    private final InstantSource clock;
    private final Snapshots snapshots;
    private final RequestLoad requests;
    private final PublishedLoad loads;
    private final Bottleneck bottleneck;
    private final SloWatch slo;
    private final Workloads workloads;

    /** Null if nothing is to be forecast. */
    private final @Nullable LoadForecaster forecaster;

    /** When the process began. */
    private final long startNanos;

    Measurements(
            ConcurrencyLimiter limiter,
            PublishedLoad loads,
            SloWatch slo,
            @Nullable LoadForecaster forecaster,
            Workloads workloads,
            InstantSource clock,
            long startNanos) {
        this.limiter = limiter;
        this.clock = clock;
        this.snapshots = new Snapshots(limiter, clock);
        this.requests = new RequestLoad(limiter, workloads);
        this.loads = loads;
        this.bottleneck = new Bottleneck(clock.instant());
        this.slo = slo;
        this.forecaster = forecaster;
        this.workloads = workloads;
        this.startNanos = startNanos;
    }

    /** The first interval begins. */
    SignalSnapshot first(StateChange change) {
        requests.begin();
        return snapshots.first(change, forecaster == null ? Forecast.OFF : forecaster.silent(), slo.nothingYet());
    }

    /** The service has become READY: what was measured before was not the load, nor the capacity, of a warm one. */
    void beginReady(long nowNanos, ServiceState before) {
        loads.ready(nowNanos);
        if (isStarting(before)) {
            slo.skip(limiter.sloCountsByRoute());
            if (forecaster != null) {
                forecaster.begin(Duration.ofNanos(nowNanos - startNanos));
            }
        }
        requests.beginAnew();
    }

    /** What is served then is mostly what warms the service up. */
    private static boolean isStarting(ServiceState state) {
        return state == ServiceState.STARTING || state == ServiceState.WARMING;
    }

    /** From now on there is no load until one is measured. */
    void clearLoads() {
        loads.clear();
    }

    /** The interval that ends now, of so many seconds, says nothing. */
    void leaveOut(double seconds) {
        requests.skip(seconds);
        if (forecaster != null) {
            forecaster.skip(seconds);
        }
    }

    /** A snapshot in which only the state is of now. */
    SignalSnapshot following(SignalSnapshot old, StateChange change) {
        return snapshots.following(old, change, loads.in(change));
    }

    /** Ends an interval of so many seconds. */
    SignalSnapshot end(
            long nowNanos,
            double seconds,
            StateChange change,
            Resources resources,
            ProcessFigures process,
            DependencyNews.Told told) {
        SloReport promise = promise(nowNanos, change);
        Map<Route, LimiterStats> stats = limiter.statsByRoute();
        boolean usedUp = resources.isUsedUp(told.any());
        boolean serves = change.to() == ServiceState.READY;
        RequestLoad.Interval interval = requests.end(nowNanos, seconds, stats, serves, usedUp, resources);
        bottleneck.tick(resources, told.cutOff(), told.waitedFor(), interval.saturated(), clock.instant());
        List<QueueSnapshot> queues = loads.add(interval.load(resources.load()), usedUp);
        PublishedLoad.Loads published = loads.in(change);
        List<RouteSnapshot> routes = routes(stats, interval.demandByRoute());
        return new SignalSnapshot(
                clock.instant(),
                change,
                published.validity(),
                published.load(),
                forecaster == null ? Forecast.OFF : forecaster.tick(nowNanos, seconds, published.load()),
                published.requestLoad(),
                interval.demand(),
                interval.capacity(),
                interval.arrivalRate(),
                interval.arrivalTrend(),
                interval.limit(),
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                interval.inFlight(),
                limiter.streams().open(),
                stats.values().stream().reduce(LimiterStats.ZERO, LimiterStats::plus),
                routes,
                byWorkload(routes, interval.capacity()),
                resources.utilizations(),
                resources.details(),
                bottleneck.name(),
                bottleneck.since(),
                queues,
                process,
                limiter.statsByCriticality(),
                interval.shadow(),
                promise);
    }

    private List<RouteSnapshot> routes(Map<Route, LimiterStats> stats, Map<String, Double> demand) {
        List<RouteSnapshot> routes = new ArrayList<>();
        stats.forEach((route, counts) -> routes.add(new RouteSnapshot(
                route.name(),
                workloads.of(route.name()),
                demand.getOrDefault(route.name(), 0.0),
                counts,
                route.baseline(),
                slo.of(route.name()))));
        return routes;
    }

    private static Map<Workload, WorkloadSnapshot> byWorkload(List<RouteSnapshot> routes, double capacity) {
        Map<Workload, WorkloadSnapshot> byWorkload = new EnumMap<>(Workload.class);
        for (RouteSnapshot route : routes) {
            byWorkload.merge(
                    route.workload(),
                    new WorkloadSnapshot(1, route.demand(), route.demand() / capacity, route.stats(), route.slo()),
                    WorkloadSnapshot::plus);
        }
        return byWorkload;
    }

    private SloReport promise(long nowNanos, StateChange change) {
        if (!slo.isPromised()) {
            return SloReport.NONE;
        }
        Map<Route, SloCounts> counts = limiter.sloCountsByRoute();
        if (isStarting(change.to())) {
            slo.skip(counts);
            return slo.nothingYet();
        }
        return slo.tick(nowNanos, counts);
    }
}
