/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.SloCounts;

/**
 * All routes of one kind of work at one moment. Immutable.
 *
 * @param routes how many there are
 * @param demand calls that their offered work, refused work included, would keep in flight without congestion
 * @param load that demand over the capacity of the service, of the last second alone; NaN until the capacity is known
 * @param stats their counts since the start
 * @param slo their calls since the service was READY that were and were not as good as promised
 */
public record WorkloadSnapshot(int routes, double demand, double load, LimiterStats stats, SloCounts slo) {

    /** Both together. */
    WorkloadSnapshot plus(WorkloadSnapshot other) {
        return new WorkloadSnapshot(
                routes + other.routes,
                demand + other.demand,
                load + other.load,
                stats.plus(other.stats),
                slo.plus(other.slo));
    }
}
