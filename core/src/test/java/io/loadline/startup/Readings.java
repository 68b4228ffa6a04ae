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
        return of(UNKNOWN, UNKNOWN, UNKNOWN, OptionalDouble.empty(), 0, 0, UNKNOWN, 0);
    }

    static MemoryReading node(long headroomBytes) {
        return node(headroomBytes, 0);
    }

    static MemoryReading node(long headroomBytes, long processBytes) {
        return of(
                UNKNOWN,
                OptionalLong.of(headroomBytes),
                UNKNOWN,
                OptionalDouble.empty(),
                0,
                0,
                OptionalLong.of(processBytes),
                0);
    }

    static MemoryReading of(
            OptionalLong cgroupHeadroom,
            OptionalLong nodeHeadroom,
            OptionalLong heapHeadroom,
            OptionalDouble pressure,
            long heapUsed,
            long heapCommitted,
            OptionalLong process,
            long collections) {
        boolean heapKnown = heapHeadroom.isPresent();
        return new MemoryReading(
                0,
                UNKNOWN,
                UNKNOWN,
                process,
                cgroupHeadroom,
                nodeHeadroom,
                pressure,
                heapUsed,
                heapKnown ? OptionalLong.of(0) : UNKNOWN,
                heapCommitted,
                heapHeadroom,
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
