/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * One stage of a start. Immutable.
 *
 * @param name the stage
 * @param tier how much hangs on it
 * @param outcome where it is, or how it ended
 * @param attempts how often it was begun
 * @param waited how long it waited for memory, for its slot or for other instances, checkpoints included
 * @param waitReason what it waited for last; empty if it did not wait
 * @param wentAhead whether it stopped waiting because it had waited too long, not because there was memory
 * @param took how long it ran, all attempts together, without the waits
 * @param needBytes what the gate made sure of before it began
 * @param tookBytes by how much the memory grew at most while it ran; 0 before that
 * @param heapDeltaBytes by how much the heap in use differed after it
 * @param memoryDeltaBytes by how much the anonymous memory of the cgroup differed after it, if it is known
 * @param failure why it failed; empty if it did not
 */
public record StageReport(
        String name,
        StageTier tier,
        StageOutcome outcome,
        int attempts,
        Duration waited,
        String waitReason,
        boolean wentAhead,
        Duration took,
        long needBytes,
        long tookBytes,
        long heapDeltaBytes,
        OptionalLong memoryDeltaBytes,
        String failure) {}
