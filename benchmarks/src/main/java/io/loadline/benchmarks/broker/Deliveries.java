/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

/**
 * What became of orders that were sent as messages. Immutable.
 *
 * @param placed that the broker has taken
 * @param lost that were never confirmed
 * @param redelivered that the broker marked as delivered before
 * @param twice that were confirmed more than once
 * @param unexplained of those, the ones that the broker had not marked
 */
public record Deliveries(long placed, long lost, long redelivered, long twice, long unexplained) {
    public static final Deliveries NONE = new Deliveries(0, 0, 0, 0, 0);

    /** The sum of both. */
    public Deliveries plus(Deliveries other) {
        return new Deliveries(
                placed + other.placed,
                lost + other.lost,
                redelivered + other.redelivered,
                twice + other.twice,
                unexplained + other.unexplained);
    }
}
