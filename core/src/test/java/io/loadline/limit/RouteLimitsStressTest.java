/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads acquire and release on several routes while shares, caps, the limit and the closed bit change: as counted by the
 * calls themselves there are never more than there may be, and at the end nothing is lost.
 *
 * <p>The number of calls is the system property {@code loadline.stress.pairs}.
 */
class RouteLimitsStressTest {
    private static final long PAIRS = Long.getLong("loadline.stress.pairs", 2_000_000);
    private static final int THREADS = 6;
    private static final int LIMIT = 12;
    private static final int LARGEST_CAP = 7;

    private final AtomicInteger limitWanted = new AtomicInteger(LIMIT);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("stressed")
            .algorithm(Moving::new)
            .limits("capped", RouteLimits.NONE.cap(LARGEST_CAP))
            .limits("pair", RouteLimits.NONE.share(0.3), "one", "two")
            .build();
    private final List<Route> routes =
            List.of(limiter.route("capped"), limiter.route("one"), limiter.route("two"), limiter.route("three"));
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger capped = new AtomicInteger();
    private final LongAccumulator mostRunning = new LongAccumulator(Math::max, 0);
    private final LongAccumulator mostCapped = new LongAccumulator(Math::max, 0);

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void sharesAndCapsChange_neitherLimitNorCapIsExceeded() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        stress(i -> changeLimits(random));
        assertThat(mostRunning.get()).isEqualTo(LIMIT);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void theLimitChangesToo_theLargestIsNotExceeded() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        stress(i -> {
            changeLimits(random);
            limitWanted.set(random.nextInt(1, LIMIT + 1));
        });
        assertThat(mostRunning.get()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void theLimiterClosesAndOpens_idleIsToldOnceAndOnlyWhenNothingRuns() throws Exception {
        AtomicInteger early = new AtomicInteger();
        stress(i -> {
            AtomicInteger told = new AtomicInteger();
            limiter.refuseAll(() -> {
                early.addAndGet(running.get());
                told.incrementAndGet();
            });
            while (told.get() == 0) {
                Thread.yield();
            }
            assertThat(limiter.inFlight()).isZero();
            limiter.resume();
            limiter.limits("pair", RouteLimits.NONE.share(i % 2 == 0 ? 0.3 : 0.6));
            assertThat(told).hasValue(1);
        });
        assertThat(early).hasValue(0);
        assertThat(mostRunning.get()).isEqualTo(LIMIT);
    }

    private void changeLimits(SplittableRandom random) {
        limiter.limits("pair", RouteLimits.NONE.share(random.nextInt(10) / 20.0));
        limiter.limits(
                "capped", RouteLimits.NONE.share(random.nextInt(10) / 20.0).cap(random.nextInt(1, LARGEST_CAP + 1)));
    }

    private void stress(IntConsumer change) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        AtomicBoolean done = new AtomicBoolean();
        Future<?> changes = threads.submit(() -> {
            for (int i = 0; !done.get(); i++) {
                change.accept(i);
                limiter.beat();
                Thread.yield();
            }
        });
        List<Future<Long>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            workers.add(threads.submit(() -> work(random)));
        }
        long admitted = 0;
        for (Future<Long> worker : workers) {
            admitted += worker.get();
        }
        done.set(true);
        changes.get();
        threads.shutdown();

        assertThat(mostCapped.get()).isBetween(1L, (long) LARGEST_CAP);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().completed()).isEqualTo(admitted);
        assertNothingIsLost();
    }

    /** Every place that there should be can be had again, and not one more. */
    private void assertNothingIsLost() {
        limitWanted.set(LIMIT);
        limiter.beat();
        limiter.limits("pair", RouteLimits.NONE.share(0.5));
        limiter.limits("capped", RouteLimits.NONE.cap(2));
        limiter.beat();
        Route other = limiter.otherRoute();
        List<Permit> permits = new ArrayList<>();
        for (Route route : List.of(other, routes.get(0), routes.get(1))) {
            for (Permit permit = limiter.tryAcquire(route); permit != null; permit = limiter.tryAcquire(route)) {
                permits.add(permit);
            }
        }
        assertThat(permits.stream().filter(permit -> permit.route() == other)).hasSize(6);
        assertThat(permits).hasSize(LIMIT);
        permits.forEach(Permit::close);
        for (Permit permit = limiter.tryAcquire(routes.get(0));
                permit != null;
                permit = limiter.tryAcquire(routes.get(0))) {
            permits.add(permit);
        }
        assertThat(permits).hasSize(LIMIT + 2);
        permits.forEach(Permit::close);
        assertThat(limiter.inFlight()).isZero();
    }

    /** A thread holds several calls at once, so that all limits are met. */
    private long work(SplittableRandom random) {
        List<Permit> held = new ArrayList<>();
        long admitted = 0;
        long pairs = PAIRS / THREADS;
        while (admitted < pairs) {
            Permit permit = held.size() < 4 ? limiter.tryAcquire(routes.get(random.nextInt(routes.size()))) : null;
            if (permit != null) {
                admitted++;
                held.add(permit);
                mostRunning.accumulate(running.incrementAndGet());
                if (permit.route() == routes.get(0)) {
                    mostCapped.accumulate(capped.incrementAndGet());
                }
            } else if (held.isEmpty()) {
                Thread.yield();
            }
            if (permit == null || random.nextBoolean()) {
                end(held, random);
            }
        }
        while (!held.isEmpty()) {
            end(held, random);
        }
        return admitted;
    }

    private void end(List<Permit> held, SplittableRandom random) {
        if (!held.isEmpty()) {
            Permit permit = held.remove(random.nextInt(held.size()));
            if (permit.route() == routes.get(0)) {
                capped.decrementAndGet();
            }
            running.decrementAndGet();
            permit.success();
        }
    }

    /** Decides whatever is wanted at each beat. Not thread-safe. */
    private final class Moving implements LimitAlgorithm {
        @Override
        public int initialLimit() {
            return LIMIT;
        }

        @Override
        public boolean isComplete(LimitWindow window) {
            return true;
        }

        @Override
        public LimitDecision decide(LimitWindow window) {
            return LimitDecision.of(limitWanted.get(), "wanted");
        }

        @Override
        public boolean isWarm() {
            return true;
        }
    }
}
