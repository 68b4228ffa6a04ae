/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.Locale;

/** How a call to a dependency ended, as far as the dependency is concerned. The set is closed: its values are tags. */
public enum GuardOutcome {
    /** The dependency did what it was asked to, be the answer a yes or a no. */
    SUCCESS,
    /** The dependency failed. */
    FAILURE,
    /** The dependency did not answer within the time it had, or later than that. */
    TIMED_OUT,
    /** Nobody waits for the answer any more, or how the call ended says nothing about the dependency. */
    CANCELLED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * What a call is that failed with {@code failure}, for guards that are not told otherwise and for those who tell them: see
     * {@link DependencyGuard.Builder#outcomeOf}.
     */
    public static GuardOutcome of(Throwable failure) {
        return Outcomes.ofFailure(failure);
    }

    /** The outcome as the value of a tag and in JSON: lower case. */
    public String tag() {
        return tag;
    }

    /** Whether it counts against the dependency. */
    boolean isBad() {
        return this == FAILURE || this == TIMED_OUT;
    }
}
