/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.ArrayList;
import java.util.List;

/** Latencies by route, from which windows and baselines are made as the limiter makes them. Not thread-safe. */
final class Samples {
    private final List<Route> routes = new ArrayList<>();
    private final StripedStats stats;
    final long[] longs;
    final double[] doubles;

    Samples(int routeCount) {
        stats = new StripedStats(routeCount, 1);
        longs = new long[routeCount * StripedStats.LONGS];
        doubles = new double[routeCount * StripedStats.DOUBLES];
        for (int i = 0; i < routeCount; i++) {
            routes.add(new Route(this, i, "route " + i));
        }
    }

    Route route(int index) {
        return routes.get(index);
    }

    Samples add(int route, long rttNanos) {
        return add(route, rttNanos, false);
    }

    Samples add(int route, long rttNanos, boolean low) {
        return add(route, rttNanos, 0, low);
    }

    Samples add(int route, long rttNanos, long waitedNanos, boolean low) {
        stats.end(
                route,
                StripedStats.SUCCEEDED,
                false,
                low,
                rttNanos,
                waitedNanos,
                route(route).cutNanos());
        return this;
    }

    Samples count(int times, int field) {
        for (int i = 0; i < times; i++) {
            stats.count(0, field);
        }
        return this;
    }

    LimitWindow window(long durationNanos, int limit, int peak) {
        return window(durationNanos, limit, peak, 0.5);
    }

    LimitWindow window(long durationNanos, int limit, int peak, double cpu) {
        stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);
        return new LimitWindow(durationNanos, limit, peak, cpu, routes, longs, doubles);
    }

    /** Lets {@code baselines} learn from what was added, then forgets it. */
    void learn(Baselines baselines) {
        learn(baselines, 600, false);
    }

    /** The same after a window of that length in which the limit was reached or not. */
    void learn(Baselines baselines, double seconds, boolean binding) {
        stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);
        routes.forEach(route -> baselines.learn(route, longs, doubles, seconds, binding));
        clear();
    }

    void clear() {
        java.util.Arrays.fill(longs, 0);
        java.util.Arrays.fill(doubles, 0);
    }
}
