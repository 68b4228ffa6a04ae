/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.util.List;
import java.util.OptionalInt;

/** The controller: from what the metrics propose to the number of replicas that is set. Not thread-safe. */
public final class HorizontalPodAutoscaler {
    private final int min;
    private final int max;
    private final ScalingHistory history;

    /**
     * Makes a controller without a past.
     *
     * @throws IllegalArgumentException if {@code min < 1} or {@code max < min}
     */
    public HorizontalPodAutoscaler(int min, int max, Behavior behavior) {
        this(min, max, new ScalingHistory(behavior));
    }

    HorizontalPodAutoscaler(int min, int max, ScalingHistory history) {
        if (min < 1 || max < min) {
            throw new IllegalArgumentException("must be 1 <= min <= max: " + min + ", " + max);
        }
        this.min = min;
        this.max = max;
        this.history = history;
    }

    /**
     * One turn.
     *
     * @param nowMillis by any clock that does not go backwards
     * @param current the replicas that are set ({@code spec.replicas})
     * @param proposals of all metrics; empty for one that could not be had
     * @return the replicas to set
     */
    public int reconcile(long nowMillis, int current, List<OptionalInt> proposals) {
        if (history.isEmpty()) {
            history.recommended(nowMillis, current);
        }
        int replicas = desired(nowMillis, current, proposals);
        history.scaled(nowMillis, current, replicas);
        return replicas;
    }

    private int desired(long nowMillis, int current, List<OptionalInt> proposals) {
        if (current == 0) {
            return 0; // switched off by hand
        }
        // At once: neither stabilized nor slowed down, whatever the metrics say.
        if (current > max) {
            return max;
        }
        if (current < min) {
            return min;
        }
        OptionalInt largest =
                proposals.stream().flatMapToInt(OptionalInt::stream).max();
        boolean anyFailed = proposals.stream().anyMatch(OptionalInt::isEmpty);
        if (largest.isEmpty() || (anyFailed && largest.getAsInt() < current)) {
            return current;
        }
        return bounded(nowMillis, current, largest.getAsInt());
    }

    private int bounded(long nowMillis, int current, int proposal) {
        int wanted = history.stabilized(nowMillis, current, proposal);
        history.recommended(nowMillis, proposal);
        if (wanted > current) {
            return Math.min(wanted, Math.min(max, history.highest(nowMillis, current)));
        }
        if (wanted < current) {
            return Math.max(wanted, Math.max(min, history.lowest(nowMillis, current)));
        }
        return current;
    }
}
