/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;

/**
 * By how much the number of replicas may change within a time. Immutable.
 *
 * @param unit of the value
 * @param value how many, or how much of the number at the begin of the period
 * @param period the time
 */
public record ScalingPolicy(Unit unit, int value, Duration period) {
    /** Of what a policy allows some. */
    public enum Unit {
        PODS,
        PERCENT
    }

    /** As many as are allowed when there were {@code start} at the begin of the period. */
    int highest(int start) {
        return switch (unit) {
            case PODS -> (int) Math.min(Integer.MAX_VALUE, (long) start + value);
            case PERCENT -> (int) Math.ceil(start * (1 + value / 100.0));
        };
    }

    /** As few as are allowed when there were {@code start} at the begin of the period. */
    int lowest(int start) {
        return switch (unit) {
            case PODS -> start - value;
            case PERCENT -> (int) (start * (1 - value / 100.0));
        };
    }
}
