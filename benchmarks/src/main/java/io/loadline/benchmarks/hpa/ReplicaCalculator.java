/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * How many replicas one metric asks for. Immutable.
 *
 * <p>All values are thousandths in 64 bits, and averages are cut off, not rounded: that is where Kubernetes' results come
 * from. Sums that would overflow stay at the largest value. An empty answer is Kubernetes' error: the metric proposes nothing.
 */
public final class ReplicaCalculator {
    private final Tolerance tolerance;
    private final Duration cpuInitialization;
    private final Duration initialReadinessDelay;

    /**
     * Sets the controller manager's times.
     *
     * @param cpuInitialization how long after its start a pod's CPU is looked at twice; 5 min by default
     * @param initialReadinessDelay a pod that became unready within this time of its start has never been ready; 30 s by
     *     default
     */
    public ReplicaCalculator(Tolerance tolerance, Duration cpuInitialization, Duration initialReadinessDelay) {
        this.tolerance = tolerance;
        this.cpuInitialization = cpuInitialization;
        this.initialReadinessDelay = initialReadinessDelay;
    }

    /** For a metric of type {@code Pods} with an {@code AverageValue}. Readiness of pods does not matter to it. */
    public OptionalInt pods(
            int current, List<PodStatus> pods, Map<String, MetricSample> samples, long targetAverageMilli) {
        return perPod(
                current,
                PodGroups.of(pods, samples),
                values(samples),
                counted -> (double) average(counted) / targetAverageMilli,
                name -> targetAverageMilli);
    }

    /**
     * For the resource {@code cpu} with a {@code Utilization}.
     *
     * @param requestsMilli of each pod by name
     * @param targetPercent of the request
     */
    public OptionalInt cpuUtilization(
            long nowMillis,
            int current,
            List<PodStatus> pods,
            Map<String, MetricSample> samples,
            Map<String, Long> requestsMilli,
            int targetPercent) {
        if (!pods.stream().map(PodStatus::name).allMatch(requestsMilli::containsKey)) {
            return OptionalInt.empty();
        }
        PodGroups.CpuRule rule = new PodGroups.CpuRule(nowMillis, cpuInitialization, initialReadinessDelay);
        long missingPercent = Math.max(100, targetPercent);
        return perPod(
                current,
                PodGroups.of(pods, samples, rule),
                values(samples),
                counted -> utilizationRatio(counted, requestsMilli, targetPercent),
                name -> requestsMilli.getOrDefault(name, 0L) * missingPercent / 100);
    }

    /** For a metric of type {@code Object} or {@code External} with a {@code Value}. */
    public OptionalInt value(int current, List<PodStatus> pods, long sumMilli, long targetMilli) {
        double ratio = (double) sumMilli / targetMilli;
        if (current == 0) {
            return OptionalInt.of(ceil(ratio));
        }
        if (tolerance.covers(ratio)) {
            return OptionalInt.of(current);
        }
        if (pods.isEmpty()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                ceil(ratio * pods.stream().filter(PodStatus::serves).count()));
    }

    /** For a metric of type {@code Object} or {@code External} with an {@code AverageValue}. */
    public OptionalInt averageValue(int statusReplicas, long sumMilli, long targetAverageMilli) {
        double ratio = sumMilli / ((double) targetAverageMilli * statusReplicas);
        // Pods of a rolling update's surge count here (kubernetes/kubernetes#141134).
        return OptionalInt.of(tolerance.covers(ratio) ? statusReplicas : ceil((double) sumMilli / targetAverageMilli));
    }

    private OptionalInt perPod(
            int current,
            PodGroups groups,
            Map<String, Long> usage,
            ToDoubleFunction<Map<String, Long>> ratioOf,
            ToLongFunction<String> missingOnTheWayDown) {
        usage.keySet().removeAll(groups.ignored());
        usage.keySet().removeAll(groups.unready());
        if (usage.isEmpty()) {
            return OptionalInt.empty();
        }
        double ratio = ratioOf.applyAsDouble(usage);
        if (Double.isNaN(ratio)) {
            return OptionalInt.empty();
        }
        boolean upDespiteUnready = ratio > 1 && !groups.unready().isEmpty();
        if (!upDespiteUnready && groups.missing().isEmpty()) {
            return OptionalInt.of(tolerance.covers(ratio) ? current : ceil(ratio * groups.measured()));
        }
        // Whoever is not heard is taken for what makes the change smaller.
        if (ratio < 1) {
            groups.missing().forEach(name -> usage.put(name, missingOnTheWayDown.applyAsLong(name)));
        } else if (ratio > 1) {
            groups.missing().forEach(name -> usage.put(name, 0L));
        }
        if (upDespiteUnready) {
            groups.unready().forEach(name -> usage.put(name, 0L));
        }
        double corrected = ratioOf.applyAsDouble(usage);
        boolean turned = (ratio < 1 && corrected > 1) || (ratio > 1 && corrected < 1);
        if (tolerance.covers(corrected) || turned) {
            return OptionalInt.of(current);
        }
        int replicas = ceil(corrected * usage.size());
        boolean contradicts = (corrected < 1 && replicas > current) || (corrected > 1 && replicas < current);
        return OptionalInt.of(contradicts ? current : replicas);
    }

    /** NaN if no sample is of a known pod. */
    private static double utilizationRatio(Map<String, Long> usage, Map<String, Long> requestsMilli, int percent) {
        long used = 0;
        long requested = 0;
        for (Map.Entry<String, Long> entry : usage.entrySet()) {
            Long request = requestsMilli.get(entry.getKey());
            if (request != null) {
                used = plus(used, entry.getValue());
                requested = plus(requested, request);
            }
        }
        if (requested == 0) {
            return Double.NaN;
        }
        long usedPercent = used * 100 / requested;
        return (double) usedPercent / percent;
    }

    private static Map<String, Long> values(Map<String, MetricSample> samples) {
        Map<String, Long> values = new HashMap<>();
        samples.forEach((name, sample) -> values.put(name, sample.milli()));
        return values;
    }

    private static long average(Map<String, Long> usage) {
        long sum = 0;
        for (long value : usage.values()) {
            sum = plus(sum, value);
        }
        return sum / usage.size();
    }

    private static long plus(long a, long b) {
        long sum = a + b;
        // Both have one sign and the sum has the other.
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    /** The next integer, at most the largest. */
    private static int ceil(double replicas) {
        return (int) Math.ceil(replicas);
    }
}
