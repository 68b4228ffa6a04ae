/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Threads acquire in every way, with waiting and without, and are interrupted, cancelled, timed out and refused while the
 * limit moves, enforcement rises and falls and the limiter is closed and opened: no permit and no waiter is lost.
 *
 * <p>The number of calls is a system property: see {@code benchmarks/README.md}.
 */
class WaitingStressTest {
    private static final long CALLS = Long.getLong("loadline.stress.waiting", 500_000);
    private static final int THREADS = 8;
    private static final int MAX_LIMIT = 3;
    private static final int MAX_PENDING = 100;

    private final AtomicInteger running = new AtomicInteger();
    private final LongAccumulator mostRunning = new LongAccumulator(Math::max, 0);
    private final Semaphore pending = new Semaphore(MAX_PENDING);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("stressed")
            .algorithm(RandomLimit::new)
            .maxWaiters(20)
            .build();
    private final Route route = limiter.route("route");

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void everyWayToWait_byThreads_losesNothing() throws Exception {
        stress(Executors.newFixedThreadPool(THREADS + 1), THREADS, CALLS, false);
        assertThat(mostRunning.get()).isBetween(2L, (long) MAX_LIMIT);
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void everyWayToWait_whileEnforcementMovesAndTheLimiterCloses_losesNothing() throws Exception {
        stress(Executors.newFixedThreadPool(THREADS + 1), THREADS, CALLS, true);
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    @EnabledForJreRange(min = JRE.JAVA_21)
    void everyWayToWait_byVirtualThreads_losesNothing() throws Exception {
        Object threads =
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        stress((ExecutorService) threads, 200, CALLS, true);
    }

    private void stress(ExecutorService threads, int workerCount, long calls, boolean upheaval) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < workerCount; i++) {
            SplittableRandom random = new SplittableRandom(i);
            workers.add(threads.submit(() -> {
                for (long call = 0; call < calls / workerCount; call++) {
                    call(random);
                }
                return null;
            }));
        }
        Future<?> beats = threads.submit(() -> {
            SplittableRandom random = new SplittableRandom();
            while (!done.get()) {
                limiter.beat();
                switch (upheaval ? random.nextInt(256) : -1) {
                    case 0 -> limiter.enforcement(Enforcement.values()[random.nextInt(3)]);
                    case 1 -> limiter.enforcement(Enforcement.ENFORCE);
                    case 2 -> {
                        limiter.refuseAll(() -> {});
                        limiter.resume();
                    }
                    default -> {
                        // Only the limit moves.
                    }
                }
                Thread.yield();
            }
        });
        for (Future<?> worker : workers) {
            worker.get();
        }
        // Everything asynchronous has come to its end.
        assertThat(pending.tryAcquire(MAX_PENDING, 60, TimeUnit.SECONDS)).isTrue();
        done.set(true);
        beats.get();
        limiter.enforcement(Enforcement.ENFORCE);
        threads.shutdown();

        assertThat(limiter.inFlight()).isZero();
        assertThat(running).hasValue(0);
        WaitingStats waiting = limiter.waiting();
        assertThat(waiting.waiting()).isZero();
        assertThat(waiting.admitted()).isPositive();
        assertThat(waiting.refused()).isPositive();
        assertThat(waiting.withdrawn()).isPositive();
        // Nobody waits: whoever comes is admitted at once.
        limiter.tryAcquire().close();
    }

    private void call(SplittableRandom random) {
        Duration atMost = Duration.ofNanos(1L << random.nextInt(10, 19));
        switch (random.nextInt(6)) {
            case 0 -> {
                try (Permit permit = limiter.tryAcquire(route)) {
                    run(permit);
                }
            }
            case 1 -> acquire(atMost, false);
            case 2 -> acquire(atMost, true);
            case 3 -> {
                try {
                    limiter.call(route, atMost, () -> {
                        work();
                        throw new Planned();
                    });
                } catch (Exception | Planned ended) {
                    // As planned.
                }
            }
            case 4 -> acquireAsync(atMost, random.nextBoolean());
            default -> callAsync(atMost, random.nextInt(3));
        }
    }

    private void acquire(Duration atMost, boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try (Permit permit = limiter.acquire(route, atMost)) {
            run(permit);
        } catch (RejectedException | InterruptedException refused) {
            // As planned.
        } finally {
            // It may have been admitted at once.
            boolean unused = Thread.interrupted();
        }
    }

    private void acquireAsync(Duration atMost, boolean cancelled) {
        pending.acquireUninterruptibly();
        CompletableFuture<Permit> stage = limiter.acquireAsync(route, atMost).toCompletableFuture();
        Object unused = stage.whenComplete((permit, failure) -> {
            try (permit) {
                run(permit);
            } finally {
                pending.release();
            }
        });
        if (cancelled) {
            stage.cancel(false);
        }
    }

    private void callAsync(Duration atMost, int way) {
        pending.acquireUninterruptibly();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> call = limiter.callAsync(route, atMost, () -> {
                    work();
                    if (way == 0) {
                        throw RejectedException.of(RejectionReason.LIMIT);
                    }
                    return work;
                })
                .toCompletableFuture();
        Object unused = call.whenComplete((result, failure) -> {
            // If it was cancelled, it ends with the work.
            work.complete("done");
            pending.release();
        });
        if (way == 1) {
            call.cancel(false);
        } else {
            work.complete("done");
        }
    }

    private void run(Permit permit) {
        if (permit != null) {
            work();
            permit.success();
        }
    }

    private void work() {
        mostRunning.accumulate(running.incrementAndGet());
        if (ThreadLocalRandom.current().nextInt(16) == 0) {
            // Lets the others come while it runs, so that they wait.
            Thread.yield();
        }
        running.decrementAndGet();
    }

    private static final class Planned extends Error {
        private static final long serialVersionUID = 1L;

        Planned() {
            super("planned", null, false, false);
        }
    }

    /** Moves the limit at every beat. Not thread-safe. */
    private static final class RandomLimit implements LimitAlgorithm {
        private final SplittableRandom random = new SplittableRandom();

        @Override
        public int initialLimit() {
            return MAX_LIMIT;
        }

        @Override
        public boolean isComplete(LimitWindow window) {
            return true;
        }

        @Override
        public LimitDecision decide(LimitWindow window) {
            return LimitDecision.of(random.nextInt(1, MAX_LIMIT + 1), "random");
        }
    }
}
