/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;
import java.util.List;

/**
 * What holds for one direction. Immutable.
 *
 * @param stabilization the most careful recommendation of this time wins
 * @param select which of the policies counts
 * @param policies at least one unless {@code select} is {@link Select#DISABLED}
 */
public record ScalingRules(Duration stabilization, Select select, List<ScalingPolicy> policies) {
    /** Which policy counts. */
    public enum Select {
        /** The one that allows the largest change. */
        MAX,
        /** The one that allows the smallest change. */
        MIN,
        /** None: there is no change in this direction. */
        DISABLED
    }

    public ScalingRules {
        policies = List.copyOf(policies);
        if (policies.isEmpty() && select != Select.DISABLED) {
            throw new IllegalArgumentException("policies must not be empty for select " + select);
        }
    }

    Duration longestPeriod() {
        return policies.stream()
                .map(ScalingPolicy::period)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }
}
