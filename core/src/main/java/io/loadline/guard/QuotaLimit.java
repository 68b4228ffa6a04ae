/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;

/**
 * How many permits a client gets for each period. Immutable.
 *
 * <p>A period begins with the client's first request; what is left of it is not carried over. So a client that comes at its
 * end and again right after it may get twice as many within a short time.
 *
 * @param permits permits for each period, 1 to {@value #MAX_PERMITS}
 * @param per the period, 10 ms to a day
 */
public record QuotaLimit(int permits, Duration per) {
    /** The most permits. */
    public static final int MAX_PERMITS = 1_000_000_000;

    /** The shortest period. */
    public static final Duration SHORTEST = Duration.ofMillis(10);

    /** The longest period. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside its range
     */
    public QuotaLimit {
        checkArgument(
                permits != 0,
                "permits must be at least 1: 0; to refuse everybody, close the route, and to refuse nobody, use"
                        + " Enforcement.OFF");
        checkArgument(
                permits >= 1 && permits <= MAX_PERMITS, "permits must be between 1 and %s: %s", MAX_PERMITS, permits);
        checkArgument(
                per.compareTo(SHORTEST) >= 0,
                "per must be at least %s: %s; for a short burst at a time use a longer period",
                SHORTEST,
                per);
        checkArgument(
                per.compareTo(LONGEST) <= 0,
                "per must be at most %s: %s; a quota lives in memory and begins anew with the process, so longer ones"
                        + " belong into a shared store",
                LONGEST,
                per);
    }

    /** The same with {@code factor} times the permits, at most {@value #MAX_PERMITS}. */
    QuotaLimit times(int factor) {
        return new QuotaLimit((int) Math.min((long) permits * factor, MAX_PERMITS), per);
    }

    @Override
    public String toString() {
        return permits + " per " + per;
    }
}
