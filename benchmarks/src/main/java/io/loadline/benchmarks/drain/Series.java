/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.broker.Deliveries;
import io.loadline.benchmarks.harness.LoadStats;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Restarts of one target in one order, under one load. Immutable.
 *
 * @param load what the clients sent: {@code busy} or {@code rare}
 * @param restarts every one of them
 * @param stats what became of the requests
 * @param deliveries what became of the orders sent as messages
 */
record Series(Target target, Order order, String load, List<Restart> restarts, LoadStats stats, Deliveries deliveries) {
    /** What a drain may take beyond the balancer's delay and the longest request. */
    private static final long SLACK_MILLIS = 1_500;

    /** What a drain may take under the busy load, from SIGTERM. */
    long barMillis() {
        return order.sendsOnMillis() + Clients.LONGEST_MILLIS + SLACK_MILLIS;
    }

    /** The longest time from the decision that an instance goes until its process had ended. */
    long longestGoneMillis() {
        return order.sigtermMillis + longest(Restart::exitMillis);
    }

    /** Whether every instance reported the end of its drain. */
    boolean allDrained() {
        return restarts.stream().allMatch(restart -> restart.doneMillis() >= 0);
    }

    long longest(ToLongFunction<Restart> time) {
        return restarts.stream().mapToLong(time).max().orElse(-1);
    }

    long median(ToLongFunction<Restart> time) {
        long[] sorted = restarts.stream().mapToLong(time).sorted().toArray();
        return sorted.length == 0 ? -1 : sorted[sorted.length / 2];
    }
}
