/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.SloCounts;
import java.time.Duration;

/**
 * One route at one moment. Immutable.
 *
 * @param name the route's name
 * @param workload what kind of work its calls are
 * @param demand calls that its offered work, refused work included, would keep in flight without congestion
 * @param stats its counts since the start
 * @param baseline its mean latency without congestion; zero until it is known
 * @param slo its calls since the service was READY that were and were not as good as promised; zero without an SLO
 */
public record RouteSnapshot(
        String name, Workload workload, double demand, LimiterStats stats, Duration baseline, SloCounts slo) {}
