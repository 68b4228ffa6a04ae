/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import java.util.List;

/**
 * What one run came to. Immutable.
 *
 * @param violationSeconds seconds in which more than a twentieth of the requests had no good answer within the SLO
 * @param offered requests
 * @param shed refused on purpose
 * @param lost neither answered well nor refused on purpose
 * @param podSeconds of all processes, also those that start or end
 * @param desired what was set before the controller's first turn, and what it set at each
 * @param before what it had set last before the incident
 */
record RunResult(
        Scenario scenario,
        Contestant contestant,
        int violationSeconds,
        long offered,
        long shed,
        long lost,
        double podSeconds,
        List<Integer> desired,
        int before) {
    RunResult {
        desired = List.copyOf(desired);
    }

    /** How often more was followed by fewer, or fewer by more. */
    int directionChanges() {
        int changes = 0;
        int direction = 0;
        for (int i = 1; i < desired.size(); i++) {
            int step = Integer.signum(desired.get(i) - desired.get(i - 1));
            if (step != 0) {
                changes += direction == -step ? 1 : 0;
                direction = step;
            }
        }
        return changes;
    }

    /** The most that was set. */
    int highest() {
        return desired.stream().mapToInt(Integer::intValue).max().orElse(0);
    }
}
