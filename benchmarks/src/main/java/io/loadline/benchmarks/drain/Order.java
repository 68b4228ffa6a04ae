/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import java.util.List;

/** Who hears first that an instance is to go, and when. */
enum Order {
    /** The instance: the balancer goes on sending new connections to it for a while. */
    SIGTERM_FIRST("SIGTERM first", 0, Order.DELAY_MILLIS),
    /** The balancer. */
    BALANCER_FIRST("balancer first", Order.DELAY_MILLIS, 0),
    /** What is usually done without a library: a sleep before SIGTERM that is long enough for any balancer. */
    FIXED_SLEEP("10 s sleep", Order.SLEEP_MILLIS, Order.DELAY_MILLIS);

    static final List<Order> WITHOUT_SLEEP = List.of(SIGTERM_FIRST, BALANCER_FIRST);
    static final long DELAY_MILLIS = 2_000;
    static final long SLEEP_MILLIS = 10_000;

    final String title;
    /** When the instance gets SIGTERM. */
    final long sigtermMillis;
    /** When the balancer sends it no more new connections. */
    final long balancerMillis;

    Order(String title, long sigtermMillis, long balancerMillis) {
        this.title = title;
        this.sigtermMillis = sigtermMillis;
        this.balancerMillis = balancerMillis;
    }

    /** How long after SIGTERM new connections still come. */
    long sendsOnMillis() {
        return Math.max(0, balancerMillis - sigtermMillis);
    }
}
