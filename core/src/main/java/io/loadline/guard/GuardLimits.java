/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What can be changed of a guard of {@link DependencyGuards} while it runs. Immutable.
 *
 * @param concurrency how many calls may run at once, 1 to 100,000; null for what the guard was built with
 * @param timeLimit the time that later calls have at most, above 0 to a year; null for what it was built with
 */
public record GuardLimits(
        @Nullable Integer concurrency, @Nullable Duration timeLimit) {
    /** What the guard was built with. */
    public static final GuardLimits NONE = new GuardLimits(null, null);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside its range
     */
    public GuardLimits {
        if (concurrency != null) {
            int unused = DependencyGuard.Builder.checkConcurrency(concurrency);
        }
        if (timeLimit != null) {
            Duration unused = DependencyGuard.Builder.checkPositive("timeLimit", timeLimit);
        }
    }
}
