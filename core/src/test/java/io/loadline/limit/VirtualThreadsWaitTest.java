/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand virtual threads and ten permits. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsWaitTest {
    private static final int THREADS = 10_000;
    private static final int LIMIT = 10;

    @TempDir
    Path directory;

    private final AtomicInteger running = new AtomicInteger();
    private final LongAccumulator mostRunning = new LongAccumulator(Math::max, 0);

    @Test
    @Timeout(60)
    void manyVirtualThreads_allAreServedAndNoneIsPinned() throws Exception {
        ConcurrencyLimiter limiter = limiter();
        // A thread that waits for a class to be loaded is pinned, whoever asks for it: these are loaded before.
        callByAll(limiter(), 10 * LIMIT);
        Path file = directory.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
            recording.start();
            callByAll(limiter, THREADS);
            recording.stop();
            recording.dump(file);
        }
        assertThat(limiter.stats().succeeded()).isEqualTo(THREADS);
        assertThat(limiter.inFlight()).isZero();
        assertThat(mostRunning.get()).isEqualTo(LIMIT);
        assertThat(limiter.waiting().waiting()).isZero();
        assertThat(limiter.waiting().admitted()).isPositive();
        assertThat(RecordingFile.readAllEvents(file)).isEmpty();
    }

    private static ConcurrencyLimiter limiter() {
        return ConcurrencyLimiter.builder("virtual")
                .algorithm(() -> FixedLimit.of(LIMIT))
                .maxWaiters(THREADS)
                .build();
    }

    private void callByAll(ConcurrencyLimiter limiter, int count) throws Exception {
        Route route = limiter.otherRoute();
        ExecutorService threads = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(threads.submit(() -> limiter.call(route, Duration.ofMinutes(1), this::work)));
        }
        for (Future<?> call : calls) {
            call.get();
        }
        threads.shutdown();
    }

    /** Lets go of its carrier, so that the others come. */
    private Object work() {
        mostRunning.accumulate(running.incrementAndGet());
        LockSupport.parkNanos(100_000);
        return running.decrementAndGet();
    }
}
