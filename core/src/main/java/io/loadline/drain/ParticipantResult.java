/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link DrainParticipant}. Immutable.
 *
 * @param name its name
 * @param state how it ended
 * @param elapsed how long it has been draining, zero if its turn did not come
 * @param active what was still active when its share of the deadline was over
 * @param detail where its thread was if it is unfinished and does its work itself, what it threw if it failed, null
 *     otherwise
 */
public record ParticipantResult(
        String name,
        State state,
        Duration elapsed,
        List<String> active,
        @Nullable String detail) {

    /** Copies {@code active}. */
    public ParticipantResult {
        active = List.copyOf(active);
    }

    /** How a participant ended. */
    public enum State {
        /** It returned in time. */
        FINISHED,
        /** It threw. */
        FAILED,
        /** Its share of the deadline was over before it returned. */
        UNFINISHED
    }
}
