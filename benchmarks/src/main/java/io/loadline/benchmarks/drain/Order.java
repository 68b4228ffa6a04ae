/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

/** Who hears first that an instance goes away; the other hears of it after {@link #DELAY_MILLIS}. */
enum Order {
    /** The instance: the balancer goes on sending new connections to it for a while. */
    SIGTERM_FIRST("SIGTERM first", Order.DELAY_MILLIS),
    /** The balancer. */
    BALANCER_FIRST("balancer first", 0);

    static final long DELAY_MILLIS = 2_000;

    final String title;
    /** How long after SIGTERM new connections still come. */
    final long sendsOnMillis;

    Order(String title, long sendsOnMillis) {
        this.title = title;
        this.sendsOnMillis = sendsOnMillis;
    }
}
