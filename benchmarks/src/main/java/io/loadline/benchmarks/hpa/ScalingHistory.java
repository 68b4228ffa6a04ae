/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the controller remembers: what it recommended and what it did, and what that allows now. Not thread-safe. */
final class ScalingHistory {
    private record Entry(long millis, int replicas) {
        boolean isWithin(Duration time, long nowMillis) {
            return millis > nowMillis - time.toMillis();
        }
    }

    private final Behavior behavior;
    private final List<Entry> recommendations = new ArrayList<>();
    /* How many were added, or removed, at once. */
    private final List<Entry> added = new ArrayList<>();
    private final List<Entry> removed = new ArrayList<>();

    ScalingHistory(Behavior behavior) {
        this.behavior = behavior;
    }

    boolean isEmpty() {
        return recommendations.isEmpty();
    }

    void recommended(long nowMillis, int replicas) {
        Duration up = behavior.up().stabilization();
        Duration down = behavior.down().stabilization();
        recommendations.removeIf(entry -> !entry.isWithin(up, nowMillis) && !entry.isWithin(down, nowMillis));
        recommendations.add(new Entry(nowMillis, replicas));
    }

    void scaled(long nowMillis, int from, int to) {
        forget(added, behavior, nowMillis);
        forget(removed, behavior, nowMillis);
        if (to > from) {
            added.add(new Entry(nowMillis, to - from));
        } else if (to < from) {
            removed.add(new Entry(nowMillis, from - to));
        }
    }

    /* Either direction's policies look at both. */
    private static void forget(List<Entry> events, Behavior behavior, long nowMillis) {
        Duration up = behavior.up().longestPeriod();
        Duration down = behavior.down().longestPeriod();
        events.removeIf(event -> !event.isWithin(up, nowMillis) && !event.isWithin(down, nowMillis));
    }

    /** What is left of a wish after the recommendations of the stabilization windows. */
    int stabilized(long nowMillis, int current, int desired) {
        int lowest = recommended(behavior.up().stabilization(), nowMillis).min().orElse(desired);
        int highest =
                recommended(behavior.down().stabilization(), nowMillis).max().orElse(desired);
        int raised = Math.max(current, Math.min(desired, lowest));
        return Math.min(raised, Math.max(desired, highest));
    }

    private IntStream recommended(Duration window, long nowMillis) {
        return recommendations.stream()
                .filter(entry -> entry.isWithin(window, nowMillis))
                .mapToInt(Entry::replicas);
    }

    /** The most there may be now. */
    int highest(long nowMillis, int current) {
        ScalingRules rules = behavior.up();
        IntStream limits = rules.policies().stream()
                .mapToInt(policy -> policy.highest(startOf(policy.period(), current, nowMillis)));
        int limit = switch (rules.select()) {
            case MAX -> limits.max().orElseThrow();
            case MIN -> limits.min().orElseThrow();
            case DISABLED -> current;
        };
        return Math.max(limit, current);
    }

    /** The fewest there may be now. */
    int lowest(long nowMillis, int current) {
        ScalingRules rules = behavior.down();
        IntStream limits = rules.policies().stream()
                .mapToInt(policy -> policy.lowest(startOf(policy.period(), current, nowMillis)));
        int limit = switch (rules.select()) {
            case MAX -> limits.min().orElseThrow();
            case MIN -> limits.max().orElseThrow();
            case DISABLED -> current;
        };
        return Math.min(limit, current);
    }

    private int startOf(Duration period, int current, long nowMillis) {
        return current - sum(added, period, nowMillis) + sum(removed, period, nowMillis);
    }

    private static int sum(List<Entry> events, Duration period, long nowMillis) {
        return events.stream()
                .filter(event -> event.isWithin(period, nowMillis))
                .mapToInt(Entry::replicas)
                .sum();
    }
}
