/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;

/**
 * What happens when a stage throws or takes too long. Immutable.
 *
 * @param retries how often it is tried again
 * @param backoff the wait before the first retry; it doubles with each, up to one minute, and is spread by a quarter
 * @param last what happens when the last attempt has failed
 */
public record FailurePolicy(int retries, Duration backoff, Last last) {
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    /**
     * Checks the arguments.
     *
     * @throws IllegalArgumentException if {@code retries} is negative or {@code backoff} is negative or above one minute
     */
    public FailurePolicy {
        checkArgument(retries >= 0, "retries must not be negative: %s", retries);
        checkArgument(
                !backoff.isNegative() && backoff.compareTo(MAX_BACKOFF) <= 0,
                "backoff must be between 0 and 1 min: %s",
                backoff);
    }

    /** The start has failed, and the service is broken. */
    public static FailurePolicy fail() {
        return new FailurePolicy(0, Duration.ZERO, Last.FAIL);
    }

    /** The service goes on without the stage. */
    public static FailurePolicy degrade() {
        return new FailurePolicy(0, Duration.ZERO, Last.DEGRADE);
    }

    /**
     * Tries again up to {@code retries} times; if none succeeds the start has failed.
     *
     * @throws IllegalArgumentException if {@code retries} is negative or {@code backoff} is negative or above one minute
     */
    public static FailurePolicy retry(int retries, Duration backoff) {
        return new FailurePolicy(retries, backoff, Last.FAIL);
    }

    /** The same, but the service goes on without the stage when the last attempt has failed. */
    public FailurePolicy thenDegrade() {
        return new FailurePolicy(retries, backoff, Last.DEGRADE);
    }

    /** The wait before the {@code retry}th retry, counted from 1, before it is spread. */
    public long backoffNanos(int retry) {
        double doubled = backoff.toNanos() * Math.pow(2, retry - 1.0);
        return (long) Math.min(doubled, (double) MAX_BACKOFF.toNanos());
    }

    /** What happens when the last attempt has failed. */
    public enum Last {
        /** The start has failed, and the service is broken. */
        FAIL,
        /** The service goes on without the stage. */
        DEGRADE
    }
}
