/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads end the same permits, while beats find all of them overdue: each ends once and gives one place back. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class GuardPermitStressTest {
    private static final int CALLS = Integer.getInteger("loadline.stress.calls", 200_000);
    private static final int CONCURRENCY = 6;

    @Test
    void permit_endedByTwoThreadsAndTheBeatAtOnce_endsOnce() throws Exception {
        DependencyGuard guard = guard();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        GuardPermit[] permit = new GuardPermit[1];
        AtomicInteger ended = new AtomicInteger();
        CyclicBarrier done = new CyclicBarrier(3);
        CyclicBarrier barrier = new CyclicBarrier(3, () -> permit[0] = guard.acquire());
        int rounds = 20_000;
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int thread = i;
                all.add(pool.submit(() -> {
                    for (int n = 0; n < rounds; n++) {
                        barrier.await();
                        GuardPermit mine = permit[0];
                        if (thread == 0) {
                            guard.beat();
                        } else if (thread == 1 ? mine.success() : mine.failure(new IOException())) {
                            ended.incrementAndGet();
                        }
                        done.await();
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(ended).hasValue(rounds);
        DependencyStats stats = guard.stats();
        assertThat(stats.inFlight()).isZero();
        assertThat(stats.ended()).isEqualTo(rounds);
        assertThat(stats.succeeded() + stats.failed() + stats.timedOut() + stats.cancelled())
                .isEqualTo(rounds);
        assertThat(take(guard)).isEqualTo(CONCURRENCY);
    }

    @Test
    void calls_ofAllKinds_leakNothing_andNeverExceedThePlaces() throws Exception {
        DependencyGuard guard = guard();
        AtomicInteger running = new AtomicInteger();
        LongAccumulator most = new LongAccumulator(Math::max, 0);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(5);
        try {
            Future<?> beats = pool.submit(() -> {
                while (!over.get()) {
                    guard.beat();
                    guard.concurrency(CONCURRENCY);
                }
            });
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = new SplittableRandom(i);
                all.add(pool.submit(() -> {
                    for (int n = 0; n < CALLS / 4; n++) {
                        callOnce(guard, random, running, most);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            over.set(true);
            beats.get();
        } finally {
            over.set(true);
            pool.shutdownNow();
        }

        DependencyStats stats = guard.stats();
        assertThat(running).hasValue(0);
        assertThat(most.get()).isBetween(1L, (long) CONCURRENCY);
        assertThat(stats.inFlight()).isZero();
        assertThat(stats.ended()).isEqualTo(stats.succeeded() + stats.failed() + stats.timedOut() + stats.cancelled());
        assertThat(take(guard)).isEqualTo(CONCURRENCY);
    }

    private static void callOnce(
            DependencyGuard guard, SplittableRandom random, AtomicInteger running, LongAccumulator most) {
        int kind = random.nextInt(4);
        try {
            if (kind == 3) {
                CompletableFuture<String> stage = new CompletableFuture<>();
                boolean[] entered = new boolean[1];
                guard.callAsync(() -> {
                    enter(running, most);
                    entered[0] = true;
                    return stage;
                });
                if (entered[0]) {
                    running.decrementAndGet();
                    stage.complete("");
                }
                return;
            }
            guard.call(() -> {
                enter(running, most);
                running.decrementAndGet();
                switch (kind) {
                    case 0 -> throw new IOException();
                    case 1 -> throw new StackOverflowError();
                    default -> {
                        return "";
                    }
                }
            });
        } catch (Exception | StackOverflowError expected) {
            // Thrown above, or a refusal.
        }
    }

    private static void enter(AtomicInteger running, LongAccumulator most) {
        most.accumulate(running.incrementAndGet());
    }

    private static int take(DependencyGuard guard) {
        guard.circuitBreaker().transitionToDisabledState();
        int taken = 0;
        while (guard.tryAcquire() != null) {
            taken++;
        }
        return taken;
    }

    /** Everything is overdue at once; the breaker looks on, or nothing would run for most of the time. */
    private static DependencyGuard guard() {
        DependencyGuard guard = DependencyGuard.builder("stressed")
                .ticker(Ticker.system())
                .executor(Runnable::run)
                .concurrency(CONCURRENCY)
                .slowCall(Duration.ofNanos(1))
                .timeLimit(Duration.ofNanos(1))
                .build();
        guard.circuitBreaker().transitionToMetricsOnlyState();
        return guard;
    }
}
