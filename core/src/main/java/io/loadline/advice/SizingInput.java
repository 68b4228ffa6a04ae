/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemorySnapshot;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What advice is made of. Immutable.
 *
 * @param memory what is known of the memory
 * @param startup what the start took
 * @param flags how the JVM was started
 * @param cpus CPUs the service may use, a fraction under a quota
 * @param requestBytes the memory request the service was deployed with; empty if it was not told
 * @param environment the environment variables of the process
 */
public record SizingInput(
        MemorySnapshot memory,
        StartupFigures startup,
        JvmFlags flags,
        double cpus,
        OptionalLong requestBytes,
        Map<String, String> environment) {

    /**
     * The most memory seen during the start, by whoever saw most. Not what the start itself tells if it is about a whole
     * cgroup of which this process is only a part.
     */
    OptionalLong startupPeakBytes() {
        OptionalLong seen = memory.startupPeakBytes();
        OptionalLong told = startup.peakBytes();
        boolean ofTheProcess =
                !memory.reading().footprintBytes().equals(memory.reading().workingSetBytes());
        if (seen.isPresent() && ofTheProcess) {
            return seen;
        }
        if (seen.isEmpty() || told.isEmpty()) {
            return seen.isPresent() ? seen : told;
        }
        return OptionalLong.of(Math.max(seen.getAsLong(), told.getAsLong()));
    }
}
