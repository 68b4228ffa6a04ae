/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReader;
import io.loadline.memory.MemoryReading;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A machine and a JVM whose memory a test sets. Thread-safe. */
final class Machine implements MemoryReader, Runnable {
    static final long MIB = 1 << 20;

    private final AtomicInteger collections = new AtomicInteger();
    private volatile long headroom = 4096 * MIB;
    private volatile double pressure;
    private volatile long heapUsed = 20 * MIB;
    private volatile long heapCommitted = 64 * MIB;
    private volatile OptionalLong heapMax = OptionalLong.empty();
    private volatile long heapLive;
    private volatile long liveAfterCollection;
    private final AtomicLong process = new AtomicLong(100 * MIB);
    private volatile long committedAfterCollection = 64 * MIB;
    private volatile Runnable beforeRead = () -> {};

    Machine headroomMib(long mib) {
        headroom = mib * MIB;
        return this;
    }

    Machine pressure(double share) {
        pressure = share;
        return this;
    }

    /** The process takes so much more. */
    void takeMib(long mib) {
        process.addAndGet(mib * MIB);
    }

    void heapMib(long used, long committed) {
        heapUsed = used * MIB;
        heapCommitted = committed * MIB;
    }

    /** The heap may grow to {@code max}; of that {@code live} was in use after the last collection. */
    void heapLimitMib(long max, long live, long afterNextCollection) {
        heapMax = OptionalLong.of(max * MIB);
        heapLive = live * MIB;
        liveAfterCollection = afterNextCollection * MIB;
    }

    void afterCollectionMib(long committed) {
        committedAfterCollection = committed * MIB;
    }

    /** Is called at each reading, before it. */
    void beforeRead(Runnable action) {
        beforeRead = action;
    }

    int collections() {
        return collections.get();
    }

    /** Collects. */
    @Override
    public void run() {
        collections.incrementAndGet();
        heapCommitted = committedAfterCollection;
        heapLive = liveAfterCollection;
    }

    @Override
    public MemoryReading read() {
        beforeRead.run();
        return Readings.of(
                OptionalLong.of(headroom),
                OptionalLong.empty(),
                heapMax,
                OptionalLong.of(heapLive),
                OptionalDouble.of(pressure),
                heapUsed,
                heapCommitted,
                OptionalLong.of(process.get()),
                collections.get());
    }
}
