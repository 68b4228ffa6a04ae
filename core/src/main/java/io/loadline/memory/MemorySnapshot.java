/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of the memory after one reading. Immutable.
 *
 * @param reading the reading
 * @param state whether the memory is stable
 * @param inState for how long it has been in that state
 * @param reason why, with figures
 * @param footprintTrend how the footprint moved in the last window
 * @param liveTrend how the heap after collections moved in the last window
 * @param steady what was used while it was stable; empty unless it is
 * @param startupPeakBytes the largest footprint before the service had started
 * @param startupLivePeakBytes the most heap in use after a collection before the service had started
 * @param limitChanges how often the limit has changed
 */
public record MemorySnapshot(
        MemoryReading reading,
        MemoryState state,
        Duration inState,
        String reason,
        MemoryTrend footprintTrend,
        MemoryTrend liveTrend,
        Optional<SteadyUse> steady,
        OptionalLong startupPeakBytes,
        OptionalLong startupLivePeakBytes,
        long limitChanges) {}
