/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Eight threads acquire and release in every way there is, with random exceptions, errors and completions by other
 * threads: nothing leaks and the limit is never exceeded, as counted by the calls themselves.
 *
 * <p>The number of pairs is a system property; the long run is
 * {@code mvn -pl core test -Dtest=PermitStressTest -Dloadline.stress.pairs=100000000 -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class PermitStressTest {
    private static final long PAIRS = Long.getLong("loadline.stress.pairs", 2_000_000);
    private static final int THREADS = 8;
    private static final int LIMIT = 6;

    private final AtomicInteger running = new AtomicInteger();
    private final LongAccumulator mostRunning = new LongAccumulator(Math::max, 0);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("stressed")
            .algorithm(() -> FixedLimit.of(LIMIT))
            .ticker(Ticker.system())
            .build();
    private final Route route = limiter.route("route");

    /** Asynchronous calls that run; whoever is refused completes one, mostly another thread's. */
    private final Queue<CompletableFuture<String>> pending = new ConcurrentLinkedQueue<>();

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void everyWayToAcquire_byEightThreads_neverLeaksNorExceedsTheLimit() throws Exception {
        stress(Executors.newFixedThreadPool(THREADS + 1), THREADS, PAIRS);
    }

    /** Their ids, by which stripes are chosen, are many, and they change the carrier in the middle of a call. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void everyWayToAcquire_byVirtualThreads_neverLeaksNorExceedsTheLimit() throws Exception {
        Object threads =
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        stress((ExecutorService) threads, 200, PAIRS / 4);
    }

    private void stress(ExecutorService threads, int workerCount, long pairs) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();
        // Statistics are collected and windows end all the while.
        Future<?> beats = threads.submit(() -> {
            while (!done.get()) {
                limiter.beat();
                limiter.stalled(Duration.ZERO);
                Thread.yield();
            }
        });
        List<Future<long[]>> workers = new ArrayList<>();
        for (int i = 0; i < workerCount; i++) {
            SplittableRandom random = new SplittableRandom(i);
            workers.add(threads.submit(() -> {
                begin.await();
                return new Worker(random).work(pairs / workerCount);
            }));
        }
        begin.countDown();
        long admitted = 0;
        long refused = 0;
        for (Future<long[]> worker : workers) {
            admitted += worker.get()[0];
            refused += worker.get()[1];
        }
        done.set(true);
        beats.get();
        threads.shutdown();

        assertThat(limiter.inFlight()).isZero();
        assertThat(running).hasValue(0);
        assertThat(mostRunning.get()).isEqualTo(LIMIT);
        assertThat(admitted).isEqualTo(pairs / workerCount * workerCount);
        assertThat(limiter.stats().completed()).isEqualTo(admitted);
        assertThat(limiter.stats().shed()).isEqualTo(refused);
    }

    /** One thread's share; not thread-safe. */
    private final class Worker {
        private final SplittableRandom random;
        private long admitted;
        private long refused;

        Worker(SplittableRandom random) {
            this.random = random;
        }

        long[] work(long pairs) throws Exception {
            while (admitted < pairs) {
                int way = random.nextInt(4);
                boolean wasAdmitted = switch (way) {
                    case 0 -> call();
                    case 1 -> callAsync();
                    case 2 -> permit();
                    default -> ticket();
                };
                if (wasAdmitted) {
                    admitted++;
                } else {
                    refused++;
                    if (!completeOne()) {
                        Thread.yield();
                    }
                }
            }
            while (completeOne()) {
                // What another thread adds later it completes itself.
            }
            return new long[] {admitted, refused};
        }

        private boolean call() throws Exception {
            try {
                limiter.call(route, () -> {
                    enter();
                    exit();
                    return throwSometimes();
                });
            } catch (RejectedException e) {
                return false;
            } catch (Planned | PlannedError e) {
                return true;
            }
            return true;
        }

        private boolean callAsync() {
            boolean throwAtOnce = random.nextInt(8) == 0;
            CompletableFuture<String> work = new CompletableFuture<>();
            CompletableFuture<String> result;
            try {
                result = limiter.<String>callAsync(route, () -> {
                            if (throwAtOnce) {
                                throwSometimes();
                            }
                            enter();
                            return work;
                        })
                        .toCompletableFuture();
            } catch (PlannedError e) {
                return true;
            }
            if (!result.isCompletedExceptionally()) {
                pending.add(work);
                return true;
            }
            return !(result.handle((value, failure) -> failure).join() instanceof RejectedException);
        }

        private boolean completeOne() {
            CompletableFuture<String> work = pending.poll();
            if (work == null) {
                return false;
            }
            exit();
            switch (random.nextInt(4)) {
                case 0 -> work.completeExceptionally(new Planned());
                case 1 -> work.completeExceptionally(new PlannedError());
                case 2 -> work.cancel(false);
                default -> work.complete("done");
            }
            return true;
        }

        private boolean permit() {
            try (Permit permit = limiter.tryAcquire(route)) {
                if (permit == null) {
                    return false;
                }
                enter();
                exit();
                throwSometimes();
                permit.success();
                permit.drop();
            } catch (Planned | PlannedError e) {
                return true;
            }
            return true;
        }

        private boolean ticket() {
            long ticket = limiter.tryAcquireTicket(route);
            if (ticket == ConcurrencyLimiter.REFUSED) {
                return false;
            }
            enter();
            exit();
            limiter.release(ticket, route, Outcome.SUCCESS);
            return true;
        }

        private String throwSometimes() {
            switch (random.nextInt(8)) {
                case 0 -> throw new Planned();
                case 1 -> throw new PlannedError();
                default -> {
                    return "done";
                }
            }
        }

        private void enter() {
            mostRunning.accumulate(running.incrementAndGet());
        }

        private void exit() {
            running.decrementAndGet();
        }
    }

    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Planned() {
            super("planned", null, false, false);
        }
    }

    private static final class PlannedError extends Error {
        private static final long serialVersionUID = 1L;

        PlannedError() {
            super("planned", null, false, false);
        }
    }
}
