/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.List;

/**
 * Something beside requests that has work of its own when the service leaves: a message consumer, a scheduler, an
 * executor. Must be thread-safe.
 */
public interface DrainParticipant {
    /** What logs and reports call it. */
    String name();

    /** Those of a lower order are drained before those of a higher one; those of the same order side by side. */
    default int order() {
        return 0;
    }

    /** Stops its intake; called once, when the drain is announced, and must return at once. */
    default void prepare() {}

    /**
     * Finishes what it holds and returns when that is done. Runs on a thread of its own and is interrupted when its
     * share of the deadline is over; what is still active then is reported, and the drain goes on.
     *
     * @param timeLeft its share of the one deadline
     */
    void drain(Duration timeLeft) throws Exception;

    /** What is still active, a line each; for the report of who would not finish. */
    default List<String> active() {
        return List.of();
    }
}
