/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a {@link WarmUp} did. Immutable.
 *
 * @param end why it ended
 * @param elapsed how long it took
 * @param routes each route, in the order they were added
 */
public record WarmUpReport(End end, Duration elapsed, List<RouteWarmUp> routes) {

    /** Copies {@code routes}. */
    public WarmUpReport {
        routes = List.copyOf(routes);
    }

    /** What should be looked at, a line for each route with calls that failed. */
    public List<String> warnings() {
        return routes.stream()
                .filter(route -> route.failed() > 0)
                .map(route -> "warm-up of " + route)
                .toList();
    }

    /** Why a warm-up ended. */
    public enum End {
        /** The latency of each route settled, but for those that failed. */
        SETTLED,
        /** The time was over. */
        TIME,
        /** Each route that had not settled had been called as often as allowed. */
        CALLS,
        /** No route answered without an error. */
        FAILED,
        /** There were no routes to call. */
        NOTHING_TO_DO
    }

    /**
     * One route. Immutable.
     *
     * @param call what was called, for example {@code "GET /orders/1"}
     * @param calls how often
     * @param failed how many of these calls had no answer, or one with a status of 400 or more
     * @param first the median latency of the first round; zero if none succeeded
     * @param last the median latency of the last round
     * @param settled whether it had settled
     */
    public record RouteWarmUp(String call, int calls, int failed, Duration first, Duration last, boolean settled) {

        /** All of it for people, for example {@code GET /orders/1: 140 calls, 12.5 ms at first, 1.3 ms at last}. */
        @Override
        public String toString() {
            String count = failed == 0 ? calls + " calls" : failed + " of " + calls + " calls failed";
            return first.isZero()
                    ? call + ": " + count
                    : String.format(
                            Locale.ROOT,
                            "%s: %s, %.1f ms at first, %.1f ms at last",
                            call,
                            count,
                            first.toNanos() / 1e6,
                            last.toNanos() / 1e6);
        }
    }
}
