/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.time.Duration;
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
        int threads) {}
