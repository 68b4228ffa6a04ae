/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.Route;
import io.loadline.limit.SloCounts;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Follows what becomes of the limiter's SLO while the service serves. Not thread-safe; guarded by the signal's lock. */
final class SloWatch {
    private final Duration latency;
    private final double objective;
    private final Workloads workloads;
    private final Map<SloReport.Window, BurnRate> rates = new EnumMap<>(SloReport.Window.class);
    private final Map<String, SloCounts> before = new HashMap<>();
    private final Map<String, SloCounts> counted = new HashMap<>();

    /** Zero for {@code latency} if nothing is promised. */
    SloWatch(Duration latency, double objective, Workloads workloads) {
        this.latency = latency;
        this.objective = objective;
        this.workloads = workloads;
        for (SloReport.Window window : SloReport.Window.values()) {
            rates.put(window, new BurnRate(window));
        }
    }

    boolean isPromised() {
        return !latency.isZero();
    }

    /** As long as nothing has been counted. */
    SloReport nothingYet() {
        return isPromised() ? new SloReport(latency, objective, SloCounts.ZERO, Map.of()) : SloReport.NONE;
    }

    /** What was counted until now does not count. */
    void skip(Map<Route, SloCounts> now) {
        now.forEach((route, counts) -> before.put(route.name(), counts));
    }

    SloReport tick(long nowNanos, Map<Route, SloCounts> now) {
        if (!isPromised()) {
            return SloReport.NONE;
        }
        now.forEach((route, counts) -> {
            SloCounts previous = before.put(route.name(), counts);
            if (!workloads.of(route.name()).isPromised()) {
                return;
            }
            counted.merge(route.name(), counts.minus(previous == null ? SloCounts.ZERO : previous), SloCounts::plus);
        });
        SloCounts total = counted.values().stream().reduce(SloCounts.ZERO, SloCounts::plus);
        Map<SloReport.Window, Double> burning = new EnumMap<>(SloReport.Window.class);
        rates.forEach((window, rate) -> burning.put(window, rate.tick(nowNanos, total, 1 - objective)));
        return new SloReport(latency, objective, total, burning);
    }

    /** What has been counted of a route. */
    SloCounts of(String route) {
        return counted.getOrDefault(route, SloCounts.ZERO);
    }
}
