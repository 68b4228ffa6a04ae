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
 *
 * <p>Each runs on a thread of its own, so one that blocks, throws or ignores interruption harms nobody else; the drain
 * ends without it at its deadline.
 */
public interface DrainParticipant {
    /** What logs and reports call it. */
    String name();

    /** Those of a lower order are drained before those of a higher one; those of the same order side by side. */
    default int order() {
        return 0;
    }

    /**
     * Whether requests need it to be answered, as an executor they hand work to. Those that do are drained when the last
     * request has gone, after all that do not; the others are drained while requests are still served.
     */
    default boolean servesRequests() {
        return false;
    }

    /** Stops its intake, but not of what requests hand to it; called once, when the drain is announced. */
    default void prepare() {}

    /**
     * Finishes what it holds and returns when that is done. Called once, after {@link #prepare()} and by the same thread,
     * which is interrupted when its share of the deadline is over; what is still active then is reported, and the drain
     * goes on.
     *
     * @param timeLeft its share of the one deadline
     */
    void drain(Duration timeLeft) throws Exception;

    /** What is still active, a line each; for the report of who would not finish. Called by another thread. */
    default List<String> active() {
        return List.of();
    }
}
