/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a drain takes, and what for; what each means is told where {@link DrainCoordinator.Builder} sets it. Immutable.
 *
 * @param deadline the time for all phases together, above zero to one hour
 * @param quiet the least silence that counts as the end of the traffic, above zero to one hour; null for 1 s, or less if
 *     settling may not take as long
 * @param settleMax the longest time to wait for the end of the traffic, above zero to one hour
 * @param preStopSleep how long the platform's preStop hook sleeps before each signal, zero to one hour
 * @param farewell for how long exchanges that were told to go may hold the drain, zero to one hour
 */
public record DrainTimes(
        Duration deadline, @Nullable Duration quiet, Duration settleMax, Duration preStopSleep, Duration farewell) {
    private static final Duration USUAL_QUIET = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** What holds if nothing is set. */
    public static final DrainTimes DEFAULT =
            new DrainTimes(Duration.ofSeconds(25), null, Duration.ofSeconds(10), Duration.ZERO, Duration.ofSeconds(2));

    /**
     * Checks each of them; whether they contradict each other, {@link #check()} does.
     *
     * @throws IllegalArgumentException if one is outside its range
     */
    public DrainTimes {
        checkPositive("deadline", deadline);
        if (quiet != null) {
            checkPositive("quiet", quiet);
        }
        checkPositive("settleMax", settleMax);
        if (!preStopSleep.isZero()) {
            checkPositive("preStopSleep", preStopSleep);
        }
        if (!farewell.isZero()) {
            checkPositive("farewell", farewell);
        }
    }

    /** The same with another deadline. */
    public DrainTimes deadline(Duration changed) {
        return new DrainTimes(changed, quiet, settleMax, preStopSleep, farewell);
    }

    /** The same with another least silence; null for the usual one. */
    public DrainTimes quiet(@Nullable Duration changed) {
        return new DrainTimes(deadline, changed, settleMax, preStopSleep, farewell);
    }

    /** The same with another longest time to settle. */
    public DrainTimes settleMax(Duration changed) {
        return new DrainTimes(deadline, quiet, changed, preStopSleep, farewell);
    }

    /** The same with another sleep before the signal. */
    public DrainTimes preStopSleep(Duration changed) {
        return new DrainTimes(deadline, quiet, settleMax, changed, farewell);
    }

    /** The same with another time for farewells. */
    public DrainTimes farewell(Duration changed) {
        return new DrainTimes(deadline, quiet, settleMax, preStopSleep, changed);
    }

    /**
     * Refuses times that contradict each other.
     *
     * @throws IllegalArgumentException if quiet is longer than settling may take, which would cut it silently
     */
    public void check() {
        checkArgument(
                leastSilence().compareTo(longestSettling()) <= 0,
                "quiet must not be longer than settleMax, nor than half of the deadline: %s > %s",
                leastSilence(),
                longestSettling());
    }

    Duration leastSilence() {
        return quiet == null ? min(USUAL_QUIET, longestSettling()) : quiet;
    }

    /** Traffic that never stops must leave time for the calls that run then. */
    Duration longestSettling() {
        return min(settleMax, deadline.dividedBy(2));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static void checkPositive(String name, Duration duration) {
        checkArgument(
                !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0,
                "%s must be positive and at most 1 h: %s",
                name,
                duration);
    }
}
