/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's decision that a feature is on or off, whatever the load. Immutable.
 *
 * @param on whether it is on
 * @param by who decided
 * @param why in a few words for people
 * @param lasts for how long it holds; null until it is released
 */
public record FeatureOverride(
        boolean on, String by, String why, @Nullable Duration lasts) {
    private static final int LONGEST = 200;

    /**
     * Checks the texts, which go to logs, and the duration.
     *
     * @throws IllegalArgumentException if a text is blank, longer than 200 characters or has control characters, or
     *     {@code lasts} is not positive or longer than a year
     */
    public FeatureOverride {
        check("by", by);
        check("why", why);
        checkArgument(
                lasts == null || (!lasts.isNegative() && !lasts.isZero() && lasts.compareTo(Duration.ofDays(365)) <= 0),
                "lasts must be positive and at most 365 days: %s",
                String.valueOf(lasts));
    }

    /** On until it is released. */
    public static FeatureOverride on(String by, String why) {
        return new FeatureOverride(true, by, why, null);
    }

    /** Off until it is released. */
    public static FeatureOverride off(String by, String why) {
        return new FeatureOverride(false, by, why, null);
    }

    /**
     * The same for so long, from when it is given.
     *
     * @throws IllegalArgumentException if {@code duration} is not positive or longer than a year
     */
    public FeatureOverride lasting(Duration duration) {
        return new FeatureOverride(on, by, why, duration);
    }

    static void check(String name, String text) {
        checkArgument(!text.isBlank(), "%s must not be blank: '%s'", name, text);
        checkArgument(text.length() <= LONGEST, "%s must have at most %s characters: %s", name, LONGEST, text.length());
        checkArgument(
                text.chars().noneMatch(Character::isISOControl),
                "%s must have no control characters: '%s'",
                name,
                text.replaceAll("\\p{Cntrl}", "?"));
    }
}
