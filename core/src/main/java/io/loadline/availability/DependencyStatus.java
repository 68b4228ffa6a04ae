/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a dependency. Immutable.
 *
 * @param name its name
 * @param state whether it is there
 * @param effect what depends on it
 * @param holding whether it keeps readiness down
 * @param failures how many checks in a row have failed
 * @param lastMillis how long the last check that came back took, in milliseconds; null before the first
 * @param lastFailure why the last check that failed did; null if none has since it is up
 */
public record DependencyStatus(
        String name,
        State state,
        DependencyCheck.Effect effect,
        boolean holding,
        int failures,
        @Nullable Double lastMillis,
        @Nullable String lastFailure) {

    /** Whether a dependency is there. */
    public enum State {
        /** No check has succeeded yet, and not enough have failed. */
        UNKNOWN,
        /** It is. */
        UP,
        /** It is not. */
        DOWN
    }
}
