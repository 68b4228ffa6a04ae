/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import io.loadline.memory.MemoryWindow.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a service used while its memory was stable, in bytes; empty where this machine does not tell. Immutable.
 *
 * @param duration for how long it has been stable
 * @param collections collections in that time
 * @param loadShare share of that time with load, 0..1
 * @param footprintMedianBytes what it used usually
 * @param footprintBytes what it used, 95th percentile
 * @param footprintMaxBytes what it used at most
 * @param heapUsedBytes heap in use, garbage included, 95th percentile
 * @param heapLiveBytes heap in use after collections, 95th percentile
 * @param heapCommittedBytes heap that the JVM had taken, median
 * @param metaspaceBytes metaspace in use, at most
 * @param codeCacheBytes code cache in use, at most
 * @param directBytes memory of direct buffers, 95th percentile
 * @param threads platform threads, at most
 */
public record SteadyUse(
        Duration duration,
        long collections,
        double loadShare,
        OptionalLong footprintMedianBytes,
        OptionalLong footprintBytes,
        OptionalLong footprintMaxBytes,
        long heapUsedBytes,
        OptionalLong heapLiveBytes,
        long heapCommittedBytes,
        long metaspaceBytes,
        long codeCacheBytes,
        long directBytes,
        int threads) {

    /** What was used in {@code windows}, the last of a time that began at {@code sinceNanos}. */
    static SteadyUse of(List<MemoryWindow> windows, long sinceNanos, long sinceCollections) {
        List<Sample> samples = new ArrayList<>();
        double load = 0;
        for (MemoryWindow each : windows) {
            samples.addAll(each.samples());
            load += each.loadShare() / windows.size();
        }
        Sample last = samples.get(samples.size() - 1);
        return new SteadyUse(
                Duration.ofNanos(last.atNanos() - sinceNanos),
                last.collections() - sinceCollections,
                load,
                MemoryWindow.percentile(samples, Sample::footprint, 0.5),
                MemoryWindow.percentile(samples, Sample::footprint, 0.95),
                MemoryWindow.percentile(samples, Sample::footprint, 1),
                MemoryWindow.percentile(samples, Sample::heapUsed, 0.95).orElse(0),
                MemoryWindow.percentile(samples, Sample::heapLive, 0.95),
                MemoryWindow.percentile(samples, Sample::heapCommitted, 0.5).orElse(0),
                MemoryWindow.percentile(samples, Sample::metaspace, 1).orElse(0),
                MemoryWindow.percentile(samples, Sample::codeCache, 1).orElse(0),
                MemoryWindow.percentile(samples, Sample::direct, 0.95).orElse(0),
                (int) MemoryWindow.percentile(samples, Sample::threads, 1).orElse(0));
    }
}
