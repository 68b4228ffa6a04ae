/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The end of a drain, before the server is closed. Immutable.
 *
 * @param outcome how it ended
 * @param remainingInFlight calls that were still running, 0 if the outcome is {@link DrainOutcome#IDLE}
 * @param elapsed how long each phase took that is over
 * @param unfinished the oldest of what was still running, as far as adapters tell; at most 20. Those that are long-lived
 *     are not counted in {@code remainingInFlight}
 * @param participants what became of each participant, in the order they were drained
 */
public record DrainResult(
        DrainOutcome outcome,
        int remainingInFlight,
        Map<DrainPhase, Duration> elapsed,
        List<UnfinishedCall> unfinished,
        List<ParticipantResult> participants) {
    /** Copies the collections. */
    public DrainResult {
        EnumMap<DrainPhase, Duration> copy = new EnumMap<>(DrainPhase.class);
        copy.putAll(elapsed);
        elapsed = Collections.unmodifiableMap(copy);
        unfinished = List.copyOf(unfinished);
        participants = List.copyOf(participants);
    }

    /** How long all phases took together. */
    public Duration total() {
        return elapsed.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
