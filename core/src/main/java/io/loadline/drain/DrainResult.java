/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The end of a drain, before the server is closed. Immutable.
 *
 * @param outcome how it ended
 * @param remainingInFlight calls that were still running, 0 if the outcome is {@link DrainOutcome#IDLE}
 * @param elapsed how long each phase took that is over
 */
public record DrainResult(DrainOutcome outcome, int remainingInFlight, Map<DrainPhase, Duration> elapsed) {
    /** Copies {@code elapsed}. */
    public DrainResult {
        EnumMap<DrainPhase, Duration> copy = new EnumMap<>(DrainPhase.class);
        copy.putAll(elapsed);
        elapsed = Collections.unmodifiableMap(copy);
    }

    /** How long all phases took together. */
    public Duration total() {
        return elapsed.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
