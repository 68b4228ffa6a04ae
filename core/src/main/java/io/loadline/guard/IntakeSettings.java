/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.Map;

/**
 * When an {@link IntakeGate} shuts and opens. Immutable, and consistent as a whole.
 *
 * @param pauseAbove the load above which it shuts, above 0
 * @param resumeBelow the load below which it may open, above 0 and below {@code pauseAbove}
 * @param pausedAtLeast for how long it stays shut at least
 * @param calm for how long the load must have been low, and the limiter at ease, before it opens
 * @param maxWait for how long a message that is at hand waits to be admitted
 */
public record IntakeSettings(
        double pauseAbove, double resumeBelow, Duration pausedAtLeast, Duration calm, Duration maxWait) {
    /**
     * Above 1.1 and below 0.9: who works a backlog off is loaded to 1, which is what he is there for. Shut for 5 s at
     * least, calm for 2 s; a message waits for half a second.
     */
    public static final IntakeSettings DEFAULT =
            new IntakeSettings(1.1, 0.9, Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMillis(500));

    private static final double RESUME_SHARE = 0.8;
    private static final Duration SILENCE = Duration.ofMinutes(1);

    /**
     * Checks the whole.
     *
     * @throws IllegalArgumentException unless {@code 0 < resumeBelow < pauseAbove}, both finite, {@code pausedAtLeast} and
     *     {@code calm} are between 0 and 10 min and {@code maxWait} is between 0 and 1 min
     */
    public IntakeSettings {
        checkArgument(
                pauseAbove > 0 && pauseAbove < Double.POSITIVE_INFINITY,
                "pauseAbove must be finite and above 0: %s",
                pauseAbove);
        checkArgument(
                resumeBelow > 0 && resumeBelow < pauseAbove,
                "resumeBelow must be above 0 and below pauseAbove: %s, %s",
                resumeBelow,
                pauseAbove);
        check("pausedAtLeast", pausedAtLeast, Duration.ofMinutes(10));
        check("calm", calm, Duration.ofMinutes(10));
        check("maxWait", maxWait, Duration.ofMinutes(1));
    }

    /**
     * The same, but it shuts above this load and may open below 0.9, or 80 % of it if it is below 1.1.
     *
     * @throws IllegalArgumentException unless it is finite and above 0
     */
    public IntakeSettings pauseAbove(double changed) {
        return loads(changed, changed >= DEFAULT.pauseAbove ? DEFAULT.resumeBelow : RESUME_SHARE * changed);
    }

    /** The same with other loads. */
    public IntakeSettings loads(double changedPauseAbove, double changedResumeBelow) {
        return new IntakeSettings(changedPauseAbove, changedResumeBelow, pausedAtLeast, calm, maxWait);
    }

    /** The same with other times of pauses. */
    public IntakeSettings times(Duration changedPausedAtLeast, Duration changedCalm) {
        return new IntakeSettings(pauseAbove, resumeBelow, changedPausedAtLeast, changedCalm, maxWait);
    }

    /** The same with another wait of messages. */
    public IntakeSettings maxWait(Duration changed) {
        return new IntakeSettings(pauseAbove, resumeBelow, pausedAtLeast, calm, changed);
    }

    /** A ladder of one level. */
    DegradationSettings ladder() {
        return new DegradationSettings(
                Map.of("intake", new FeatureThresholds(pauseAbove, resumeBelow)),
                Duration.ZERO,
                pausedAtLeast,
                calm,
                SILENCE);
    }

    private static void check(String name, Duration time, Duration most) {
        checkArgument(
                !time.isNegative() && time.compareTo(most) <= 0, "%s must be between 0 and %s: %s", name, most, time);
    }
}
