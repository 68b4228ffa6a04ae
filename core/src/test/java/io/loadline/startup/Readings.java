/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReading;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Readings as tests want them; what they do not name is unknown or nothing. */
public final class Readings {
    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    private Readings() {}

    /** A machine that tells nothing. */
    public static MemoryReading unknown() {
        return of(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, OptionalDouble.empty(), 0, 0, UNKNOWN, 0);
    }

    static MemoryReading node(long headroomBytes) {
        return node(headroomBytes, 0);
    }

    static MemoryReading node(long headroomBytes, long processBytes) {
        return of(
                UNKNOWN,
                OptionalLong.of(headroomBytes),
                UNKNOWN,
                UNKNOWN,
                OptionalDouble.empty(),
                0,
                0,
                OptionalLong.of(processBytes),
                0);
    }

    static MemoryReading heap(long maxBytes, long liveBytes) {
        return of(
                UNKNOWN,
                UNKNOWN,
                OptionalLong.of(maxBytes),
                OptionalLong.of(liveBytes),
                OptionalDouble.empty(),
                0,
                0,
                UNKNOWN,
                0);
    }

    static MemoryReading of(
            OptionalLong cgroupHeadroom,
            OptionalLong nodeHeadroom,
            OptionalLong heapMax,
            OptionalLong heapLive,
            OptionalDouble pressure,
            long heapUsed,
            long heapCommitted,
            OptionalLong process,
            long collections) {
        return new MemoryReading(
                0,
                UNKNOWN,
                UNKNOWN,
                process,
                cgroupHeadroom,
                nodeHeadroom,
                pressure,
                heapUsed,
                heapLive,
                heapCommitted,
                heapMax,
                0,
                0,
                0,
                0,
                0,
                collections,
                UNKNOWN,
                0,
                process);
    }
}
