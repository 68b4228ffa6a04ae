/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.hpa.MetricSample;
import io.loadline.benchmarks.hpa.PodStatus;
import io.loadline.benchmarks.hpa.ReplicaCalculator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What the controller scales by. All else is the same: the service with Loadline in it, whose limiter refuses what is too much. */
enum Contestant {
    LOADLINE("loadline_load, average 0.7"),
    CLAMPED("the same, at most 1"),
    CPU50(50),
    CPU60(60),
    CPU70(70),
    CPU80(80);

    private static final long LOAD_TARGET_MILLI = 700;

    final String title;
    private final int cpuPercent;

    Contestant(String title) {
        this.title = title;
        cpuPercent = 0;
    }

    Contestant(int cpuPercent) {
        this.title = "CPU, " + cpuPercent + " % of the request";
        this.cpuPercent = cpuPercent;
    }

    boolean isCpu() {
        return cpuPercent > 0;
    }

    /** What Prometheus is asked for: one series for each pod. */
    String query(Pace pace) {
        Duration window = pace.cpuWindow();
        return switch (this) {
            case LOADLINE -> "loadline_load";
            case CLAMPED -> "clamp_max(loadline_load, 1)";
            default -> "rate(process_cpu_time_ns_total[" + window.toMillis() + "ms]) / 1e9";
        };
    }

    /** How many replicas that asks for; empty if it says nothing. */
    OptionalInt proposal(
            ReplicaCalculator calculator,
            long nowMillis,
            int current,
            List<PodStatus> pods,
            Map<String, MetricSample> samples) {
        if (!isCpu()) {
            return calculator.pods(current, pods, samples, LOAD_TARGET_MILLI);
        }
        long requestMilli = Math.round(1000 * Replica.CPUS);
        Map<String, Long> requests = pods.stream().collect(Collectors.toMap(PodStatus::name, pod -> requestMilli));
        return calculator.cpuUtilization(nowMillis, current, pods, samples, requests, cpuPercent);
    }

    /** Its name on command lines and in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
