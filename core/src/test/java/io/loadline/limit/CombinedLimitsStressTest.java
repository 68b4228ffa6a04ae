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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that wait for hours for places which calls with and without shares, caps and streams give back: without a beat,
 * each of these must see to who comes next. A round ends when all of its calls have; so if a wake-up is lost and no later
 * call makes up for it, a thread is never woken.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CombinedLimitsStressTest {
    private static final int LIMIT = 3;
    private static final int CAP = 1;
    private static final int THREADS = 6;
    private static final int ROUNDS = 10_000;
    private static final int CALLS = 2;
    private static final Duration HOURS = Duration.ofHours(5);

    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("stressed")
            .algorithm(() -> FixedLimit.of(LIMIT))
            .maxWaiters(THREADS)
            .build();
    private final Route shared = limiter.route("shared");
    private final Route capped = limiter.route("capped");
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger runningCapped = new AtomicInteger();
    private final AtomicInteger exceeded = new AtomicInteger();

    @Test
    void withoutBeats_everybodyIsWokenInTheEnd_andNothingIsExceeded() throws Exception {
        limiter.limits("shared", RouteLimits.NONE.share(0.34));
        limiter.limits("capped", RouteLimits.NONE.cap(CAP));
        rounds(this::call);
        assertThat(exceeded).hasValue(0);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.streams().open()).isZero();
        assertThat(limiter.waiting().waiting()).isZero();
        assertThat(limiter.waiting().admitted()).isPositive();
        assertThat(limiter.stats(capped).capped()).isPositive();
        assertThat(limiter.tryAcquire(shared)).isNotNull();
    }

    /** What nobody else may have cannot come from anybody else. */
    @Test
    void withoutBeats_othersHoldAllElse_placesOfAShareGoRound() throws Exception {
        limiter.limits("shared", RouteLimits.NONE.share(0.34));
        limiter.limits("capped", RouteLimits.NONE.cap(LIMIT));
        Permit one = limiter.tryAcquire();
        Permit other = limiter.tryAcquire();
        assertThat(List.of(one, other)).hasSize(LIMIT - 1);
        CompletableFuture<Permit> waits = limiter.acquireAsync(capped, HOURS).toCompletableFuture();
        rounds(random -> {
            try (Permit permit = limiter.acquire(shared, HOURS)) {
                run(permit, random);
            }
        });
        assertThat(exceeded).hasValue(0);
        assertThat(limiter.waiting().admitted()).isPositive();
        assertThat(waits).isNotDone();
        one.close();
        waits.get().close();
        other.close();
        assertThat(limiter.inFlight()).isZero();
    }

    private void rounds(Call call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            workers.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    for (int each = 0; each < CALLS; each++) {
                        call.run(random);
                    }
                    Object unused = barrier.await();
                }
                return null;
            }));
        }
        for (Future<?> worker : workers) {
            worker.get();
        }
        threads.shutdown();
    }

    private void call(SplittableRandom random) throws InterruptedException {
        int kind = random.nextInt(16);
        Route route = kind < 6 ? shared : kind < 9 ? capped : limiter.otherRoute();
        Permit permit;
        if (kind % 3 == 0) {
            permit = limiter.tryAcquire(route);
        } else {
            try {
                permit = limiter.acquire(route, HOURS);
            } catch (RejectedException e) {
                permit = null;
            }
        }
        if (permit == null) {
            return;
        }
        run(permit, random);
        if (random.nextInt(8) == 0) {
            assertThat(permit.stream()).isTrue();
        }
        permit.success();
    }

    private void run(Permit permit, SplittableRandom random) {
        boolean isCapped = permit.route() == capped;
        boolean tooMany = running.incrementAndGet() > LIMIT;
        if ((isCapped && runningCapped.incrementAndGet() > CAP) || tooMany) {
            exceeded.incrementAndGet();
        }
        for (int yields = random.nextInt(4); yields > 0; yields--) {
            Thread.yield();
        }
        running.decrementAndGet();
        if (isCapped) {
            runningCapped.decrementAndGet();
        }
    }

    /** One call of many. */
    private interface Call {
        void run(SplittableRandom random) throws Exception;
    }
}
