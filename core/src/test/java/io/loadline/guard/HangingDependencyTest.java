/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A dependency that does not answer: threads hang in it for real, time is virtual and moves beat by beat. */
@Timeout(30)
class HangingDependencyTest {
    private static final Duration BEAT = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch healed = new CountDownLatch(1);
    private final DependencyGuard guard = guard(builder -> builder.concurrency(25));
    private final List<Future<?>> hanging = new ArrayList<>();

    @AfterEach
    void release() {
        never.countDown();
        healed.countDown();
        threads.shutdownNow();
    }

    @Test
    void hang_afterHealthyTraffic_isIsolatedWithinTwoSeconds_thoughNoCallEverReturns() throws Exception {
        traffic(200);
        hang(25);
        assertThat(guard.tryAcquire()).isNull();
        Duration isolated = passUntil(GuardState.OPEN);

        assertThat(isolated).isLessThan(Duration.ofSeconds(2));
        assertThat(guard.stats().slow()).isEqualTo(25);
        assertThat(guard.stats().inFlight()).isEqualTo(25);
        assertThat(guard.stats().refused()).containsEntry(GuardRefusal.BULKHEAD_FULL, 1L);
    }

    @Test
    void hang_withFewPlaces_isIsolatedToo() throws Exception {
        DependencyGuard few = guard(builder -> builder.concurrency(2));
        for (int i = 0; i < 300; i++) {
            few.call(() -> "fine");
        }
        hang(few, 2);

        assertThat(passUntil(few, GuardState.OPEN)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void fewCallsThatHang_amongMany_doNotOpenTheBreaker() throws Exception {
        hang(20);
        for (int i = 0; i < 100; i++) {
            traffic(20);
            pass(guard);
        }

        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
        assertThat(guard.stats().slow()).isEqualTo(20);
    }

    @Test
    void recovery_whileTheOldCallsHangOn_takesLessThanFiveSeconds() throws Exception {
        traffic(200);
        hang(25);
        passUntil(GuardState.OPEN);
        // Probes that hang as well: all of the reserve.
        for (int i = 0; i < 100 && guard.stats().inFlight() < 28; i++) {
            pass(guard);
            hangIfLetThrough();
        }
        assertThat(guard.stats().inFlight()).isEqualTo(28);
        assertThat(guard.tryAcquire()).isNull();
        // The probes that hung come back, as the dependency has healed; the 25 are lost.
        healed.countDown();
        awaitEnd(hanging.subList(25, hanging.size()));
        assertThat(guard.stats().inFlight()).isEqualTo(25);
        Duration took = Duration.ZERO;
        while (guard.state() != GuardState.CLOSED) {
            pass(guard);
            took = took.plus(BEAT);
            GuardPermit permit = guard.tryAcquire();
            if (permit != null) {
                permit.success();
            }
        }
        pass(guard);

        assertThat(took).isLessThan(Duration.ofSeconds(5));
        assertThat(guard.stats().lost()).isEqualTo(25);
        List<GuardPermit> permits = new ArrayList<>();
        for (GuardPermit each = guard.tryAcquire(); each != null; each = guard.tryAcquire()) {
            permits.add(each);
        }
        assertThat(permits).hasSize(25);
        permits.forEach(GuardPermit::success);
        for (int i = 0; i < 50; i++) {
            traffic(1);
            pass(guard);
        }
        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);

        never.countDown();
        awaitEnd(hanging);
        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().lost()).isZero();
        assertThat(guard.stats().ended()).isEqualTo(guard.stats().calls());
        permits.clear();
        for (GuardPermit each = guard.tryAcquire(); each != null; each = guard.tryAcquire()) {
            permits.add(each);
        }
        assertThat(permits).hasSize(25);
    }

    @Test
    void hang_thatReturnsAgainAndAgain_losesNoMoreThanThePlacesThereAre() throws Exception {
        DependencyGuard few = guard(builder -> builder.concurrency(4));
        for (int round = 0; round < 5; round++) {
            for (GuardPermit leaked = few.tryAcquire(); leaked != null; leaked = few.tryAcquire()) {
                assertThat(leaked.isEnded()).isFalse();
            }
            for (int i = 0; i < 400 && few.stats().lost() < 4 * (round + 1); i++) {
                pass(few);
                GuardPermit probe =
                        few.state() == GuardState.OPEN || few.state() == GuardState.HALF_OPEN ? few.tryAcquire() : null;
                if (probe != null) {
                    probe.success();
                }
            }
        }

        assertThat(few.stats().lost()).isEqualTo(4);
        assertThat(few.stats().inFlight()).isEqualTo(8);
    }

    @Test
    void leakedProbes_countAsSlow_soThatTheBreakerDoesNotStayHalfOpenForEver() throws Exception {
        for (int i = 0; i < 20; i++) {
            guard.acquire().end(GuardOutcome.FAILURE);
        }
        ticker.advance(Duration.ofMillis(501));
        for (int i = 0; i < 3; i++) {
            assertThat(guard.tryAcquire()).isNotNull();
        }
        assertThat(guard.state()).isEqualTo(GuardState.HALF_OPEN);
        passUntil(GuardState.OPEN);
        ticker.advance(Duration.ofSeconds(2));
        traffic(3);

        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
    }

    @Test
    void hang_isLookedAtByTheSameBeat_thoughTheCallEndsMeanwhile() throws Exception {
        AtomicReference<GuardPermit> ending = new AtomicReference<>(guard.acquire());
        ticker.advance(Duration.ofSeconds(2));
        guard.beat();
        ending.get().success();

        assertThat(guard.stats().slow()).isEqualTo(1);
        assertThat(guard.stats().succeeded()).isEqualTo(1);
        assertThat(guard.circuitBreaker().getMetrics().getNumberOfBufferedCalls())
                .isEqualTo(1);
        assertThat(guard.circuitBreaker().getMetrics().getNumberOfSlowCalls()).isEqualTo(1);
    }

    @Test
    void predicateThatHangs_isPartOfTheCall() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        DependencyGuard asking = guard(builder -> builder.concurrency(2).outcomeOfResult(result -> {
            asked.countDown();
            awaitHealed();
            return GuardOutcome.SUCCESS;
        }));
        Future<?> call = threads.submit(() -> asking.call(() -> "answer"));
        asked.await();
        ticker.advance(Duration.ofSeconds(2));
        asking.beat();
        assertThat(asking.stats().slow()).isEqualTo(1);
        healed.countDown();
        awaitEnd(List.of(call));

        assertThat(asking.stats().inFlight()).isZero();
        assertThat(asking.tryAcquire()).isNotNull();
        assertThat(asking.tryAcquire()).isNotNull();
    }

    private void awaitHealed() {
        try {
            healed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hangIfLetThrough() throws Exception {
        CountDownLatch refusedOrHangs = new CountDownLatch(1);
        hanging.add(threads.submit(() -> {
            try {
                return guard.call(() -> {
                    refusedOrHangs.countDown();
                    healed.await();
                    return "";
                });
            } finally {
                refusedOrHangs.countDown();
            }
        }));
        refusedOrHangs.await();
    }

    private void hang(int calls) throws Exception {
        hang(guard, calls);
    }

    private void hang(DependencyGuard in, int calls) throws Exception {
        CountDownLatch inside = new CountDownLatch(calls);
        for (int i = 0; i < calls; i++) {
            hanging.add(threads.submit(() -> in.call(() -> {
                inside.countDown();
                never.await();
                return "";
            })));
        }
        inside.await();
    }

    private void traffic(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
            guard.call(() -> "fine");
        }
    }

    private void pass(DependencyGuard of) {
        ticker.advance(BEAT);
        of.beat();
    }

    private Duration passUntil(GuardState state) {
        return passUntil(guard, state);
    }

    private Duration passUntil(DependencyGuard of, GuardState state) {
        Duration passed = Duration.ZERO;
        while (of.state() != state) {
            pass(of);
            passed = passed.plus(BEAT);
            assertThat(passed).isLessThan(Duration.ofMinutes(1));
        }
        return passed;
    }

    /** Threads that have been let go end in their own time: only when they have, all of their calls is accounted for. */
    private static void awaitEnd(List<Future<?>> calls) throws Exception {
        for (Future<?> call : calls) {
            try {
                call.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException refused) {
                assertThat(refused).hasCauseInstanceOf(GuardRefusedException.class);
            }
        }
    }

    private DependencyGuard guard(UnaryOperator<DependencyGuard.Builder> configure) {
        return configure
                .apply(DependencyGuard.builder("stuck")
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .random(() -> 0))
                .build();
    }
}
