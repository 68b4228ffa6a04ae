/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.HashMap;
import java.util.Map;

/** The routes that saturated work was made of, and their baselines then. Not thread-safe; confined to the tick. */
final class WorkMix {
    /*
     * Capacity and demand are products with baselines, but the capacity is one of long ago. A baseline that has fallen since,
     * because the first latencies were those of interpreted code or of a queue, makes the same requests less demand; so the
     * capacity shrinks by as much of it as was made of that route. A baseline that rises does not make it grow: that calls
     * take longer may well be why the service can do less. When it falls back nothing shrinks either.
     */
    private static final double WEIGHT = 0.1;

    private final Map<String, Part> parts = new HashMap<>();

    /** Notes what was done for {@code route} in this tick, in calls kept in flight. */
    void did(String route, double work, double baselineNanos) {
        Part part = parts.computeIfAbsent(route, name -> new Part());
        part.tickWork = work;
        part.tickNanos = baselineNanos;
    }

    /** Takes what was noted, of a tick in which the service did as much as it can. */
    void learn() {
        double weight = parts.values().stream().allMatch(part -> part.work == 0) ? 1 : WEIGHT;
        for (Part part : parts.values()) {
            part.nanos = part.work == 0 ? part.tickNanos : part.nanos + (part.tickNanos - part.nanos) * weight;
            part.work += (part.tickWork - part.work) * weight;
        }
    }

    /** What remains of the capacity, as a factor, now that the baseline of {@code route} is this. */
    double shrunk(String route, double baselineNanos) {
        Part own = parts.get(route);
        if (own == null || own.work <= 0 || baselineNanos >= own.nanos) {
            return 1;
        }
        double all = parts.values().stream().mapToDouble(part -> part.work).sum();
        double before = own.work;
        own.work *= baselineNanos / own.nanos;
        own.nanos = baselineNanos;
        return 1 - (before - own.work) / all;
    }

    /** What one route did in saturated ticks, and in this one. */
    private static final class Part {
        private double work;
        private double nanos;
        private double tickWork;
        private double tickNanos;
    }
}
