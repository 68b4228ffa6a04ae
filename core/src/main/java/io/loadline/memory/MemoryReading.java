/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What was read of the memory at one moment, in bytes; empty where this machine does not tell. Immutable.
 *
 * @param atNanos when, by the reader's ticker
 * @param limitBytes the least limit of the process's cgroup and its visible ancestors
 * @param workingSetBytes what the cgroup uses, without file pages that nobody used lately
 * @param anonymousBytes the cgroup's anonymous memory
 * @param cgroupHeadroomBytes the least headroom of the cgroup and its visible ancestors
 * @param nodeHeadroomBytes what the node has available beyond a reserve below which it would evict
 * @param pressure share of the last 10 s in which some task waited for memory, 0..1
 * @param heapUsedBytes heap in use, garbage included
 * @param heapLiveBytes heap in use after the last collection
 * @param heapCommittedBytes heap that the JVM has taken
 * @param heapMaxBytes what the heap may grow to
 * @param metaspaceBytes metaspace in use
 * @param codeCacheBytes code cache in use
 * @param directBytes memory of direct and mapped buffers
 * @param threads platform threads
 * @param loadedClasses classes loaded now
 * @param collections collections since the JVM started
 */
public record MemoryReading(
        long atNanos,
        OptionalLong limitBytes,
        OptionalLong workingSetBytes,
        OptionalLong anonymousBytes,
        OptionalLong cgroupHeadroomBytes,
        OptionalLong nodeHeadroomBytes,
        OptionalDouble pressure,
        long heapUsedBytes,
        OptionalLong heapLiveBytes,
        long heapCommittedBytes,
        OptionalLong heapMaxBytes,
        long metaspaceBytes,
        long codeCacheBytes,
        long directBytes,
        int threads,
        long loadedClasses,
        long collections) {
    /** What the heap may still take: its maximum less what was in use after the last collection. */
    public OptionalLong heapHeadroomBytes() {
        if (heapMaxBytes.isEmpty() || heapLiveBytes.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Math.max(0, heapMaxBytes.getAsLong() - heapLiveBytes.getAsLong()));
    }
}
