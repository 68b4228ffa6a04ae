/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import org.jspecify.annotations.Nullable;

/**
 * Decides how many calls may run at once, from what a window of calls looked like. Called by one thread at a time, so
 * implementations need not be thread-safe; they belong to one limiter.
 *
 * <p>An algorithm that throws is logged once and the limit stays.
 */
public interface LimitAlgorithm {

    /** The limit to begin with, in calls; at least 1. */
    int initialLimit();

    /**
     * Whether {@code window} holds enough to decide upon. If not, the limiter goes on collecting and asks again at its
     * next beat with the longer window.
     */
    boolean isComplete(LimitWindow window);

    /** The decision upon a complete window. The limiter then begins a new one. */
    LimitDecision decide(LimitWindow window);

    /**
     * Whether the limit has seen enough to be enforced. Until then it is reported but nothing is refused, not even in
     * shadow mode. Asked when the
     * limiter is built and after each decision.
     */
    default boolean isWarm() {
        return true;
    }

    /** The bounds between which it moves the limit, equal ones if it never does; null if they cannot change. */
    default @Nullable LimitBounds bounds() {
        return null;
    }

    /**
     * The algorithm to go on with between other bounds: this one, changed, or one that takes its place. The limiter cuts
     * its present limit to them itself. What is thrown must leave this unchanged.
     *
     * @throws IllegalArgumentException if it can have no such bounds
     */
    default LimitAlgorithm bounds(LimitBounds changed) {
        throw new IllegalArgumentException(getClass().getName() + " has no bounds that can change");
    }
}
