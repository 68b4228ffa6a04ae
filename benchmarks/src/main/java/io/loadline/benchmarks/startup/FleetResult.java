/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.startup.FleetRun.Point;
import java.util.List;

/**
 * What a start of a fleet came to. Immutable.
 *
 * @param seed what made the names of its pods
 * @param points its memory over time
 * @param pods how many were started
 * @param readyMillis when each pod that became ready did, ascending, since the start of the first
 * @param gone pods that ended
 * @param oomKills what the kernel counted; -1 if there was no cgroup to count in
 */
record FleetResult(
        Mode mode, long seed, List<Point> points, int pods, List<Long> readyMillis, int gone, long oomKills) {
    /** The most that all pods took together at one moment. */
    long peakBytes() {
        return points.stream().mapToLong(Point::bytes).max().orElse(0);
    }

    /** What they took together in the last two seconds, the median. */
    long lastBytes() {
        long lastMillis = points.get(points.size() - 1).millis();
        long[] last = points.stream()
                .filter(point -> point.millis() > lastMillis - 2000)
                .mapToLong(Point::bytes)
                .sorted()
                .toArray();
        return last[last.length / 2];
    }

    /** How many are ready in the end. */
    int ready() {
        return pods - gone;
    }

    /** When the first was ready; -1 if none was. */
    long firstReadyMillis() {
        return readyMillis.isEmpty() ? -1 : readyMillis.get(0);
    }

    /** When the last was ready; -1 if not all were, or some ended afterwards. */
    long allReadyMillis() {
        return gone > 0 || readyMillis.isEmpty() ? -1 : readyMillis.get(readyMillis.size() - 1);
    }
}
