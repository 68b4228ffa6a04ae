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
 * @param limitBytes the least limit of the process's cgroup and its ancestors
 * @param workingSetBytes what the cgroup uses, without file pages that nobody used lately
 * @param anonymousBytes the cgroup's anonymous memory
 * @param cgroupHeadroomBytes the least headroom of the cgroup and its visible ancestors; empty without a limit
 * @param nodeHeadroomBytes what the node has available beyond a reserve below which it would evict
 * @param pressure share of the last 10 s in which some task waited for memory, 0..1
 * @param heapUsedBytes heap in use, garbage included
 * @param heapLiveBytes heap in use after the last collection, of whatever generation
 * @param heapCommittedBytes heap that the JVM has taken
 * @param heapMaxBytes what the heap may grow to
 * @param metaspaceBytes metaspace in use
 * @param codeCacheBytes code cache in use
 * @param directBytes memory of direct buffers
 * @param threads platform threads
 * @param loadedClasses classes loaded now
 * @param collections collections since the JVM started
 * @param oldLiveBytes old generation, or the heap if it has no generations, in use after the last collection that cleaned
 *     it; 0 before the first; empty where the JVM does not tell
 * @param mappedBytes memory of mapped files, which the kernel takes back when it needs it
 * @param processBytes resident memory of this process alone, without pages of files
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
        long collections,
        OptionalLong oldLiveBytes,
        long mappedBytes,
        OptionalLong processBytes) {
    private static final double SHARED = 1.25;
    private static final long SHARED_AT_LEAST = 32L << 20;

    /** What the heap may still take: its maximum less what was in use after the last collection. */
    public OptionalLong heapHeadroomBytes() {
        if (heapMaxBytes.isEmpty() || heapLiveBytes.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Math.max(0, heapMaxBytes.getAsLong() - heapLiveBytes.getAsLong()));
    }

    /** Whether much of the cgroup's memory is that of other processes. */
    public boolean isShared() {
        return anonymousBytes.isPresent()
                && processBytes.isPresent()
                && anonymousBytes.getAsLong() > SHARED * processBytes.getAsLong() + SHARED_AT_LEAST;
    }

    /**
     * What the service uses: the working set of its cgroup, since that is what limits and requests are about; but the
     * memory of this process alone where the cgroup has no limit and is shared, as in a shell on a machine.
     */
    public OptionalLong footprintBytes() {
        boolean ofItsOwn = limitBytes.isPresent() || !isShared();
        return workingSetBytes.isPresent() && (ofItsOwn || processBytes.isEmpty()) ? workingSetBytes : processBytes;
    }
}
