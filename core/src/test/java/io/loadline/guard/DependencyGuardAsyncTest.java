/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loadline.LogCapture;
import io.loadline.limit.CallContext;
import io.loadline.limit.RequestTiming;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stages and listeners: whatever code of others does, beats go on and places come back. */
@Timeout(20)
class DependencyGuardAsyncTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void release() {
        over.countDown();
        pool.shutdownNow();
    }

    @Test
    void callAsync_endsWithItsStage() {
        DependencyGuard guard = guard(builder -> builder);
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> caller = guard.callAsync(() -> stage).toCompletableFuture();
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(20));
        stage.complete("answer");

        assertThat(caller).isCompletedWithValue("answer");
        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().waited()).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void callAsync_thatFails_inAnyWay_givesItsPlaceBack() {
        DependencyGuard guard = guard(builder -> builder.concurrency(1));
        assertThat(guard.callAsync(() -> CompletableFuture.failedFuture(new CompletionException(new IOException()))))
                .isCompletedExceptionally();
        assertThat(guard.callAsync(() -> {
                    throw new IllegalStateException();
                }))
                .isCompletedExceptionally();
        assertThat(guard.callAsync(() -> null)).isCompletedExceptionally();
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> guard.callAsync(() -> {
                    throw new StackOverflowError();
                }));

        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().failed()).isEqualTo(3);
        assertThat(guard.tryAcquire()).isNotNull();
        assertThat(guard.callAsync(() -> CompletableFuture.completedFuture("")).toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(GuardRefusedException.class);
    }

    @Test
    void callAsync_whoseTimeIsUp_failsForItsCaller_andHoldsItsPlaceUntilItEnds() {
        DependencyGuard guard = guard(builder -> builder.concurrency(1).timeLimit(Duration.ofMillis(300)));
        guard.circuitBreaker().transitionToDisabledState();
        RequestTiming timing = RequestTiming.begin(ticker.read());
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> caller =
                guard.callAsync(CallContext.NONE.timing(timing), () -> stage).toCompletableFuture();
        ticker.advance(Duration.ofMillis(300));
        guard.beat();
        assertThat(caller).isNotDone();
        ticker.advance(Duration.ofMillis(100));
        guard.beat();

        assertThat(caller)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(GuardTimeoutException.class)
                .withMessageContaining("'inventory' did not answer within 300 ms");
        assertThat(guard.stats().timedOut()).isEqualTo(1);
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        assertThat(guard.stats().calls()).isEqualTo(1);
        assertThat(guard.tryAcquire()).isNull();
        assertThat(timing.hasDownstreamFailed()).isTrue();
        ticker.advance(Duration.ofMillis(100));
        stage.complete("late");

        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().calls()).isEqualTo(1);
        assertThat(guard.stats().ended()).isEqualTo(1);
        assertThat(guard.stats().succeeded()).isZero();
        assertThat(timing.waitedNanos(ticker.read()))
                .isEqualTo(Duration.ofMillis(500).toNanos());
        assertThat(guard.tryAcquire()).isNotNull();
    }

    @Test
    void callAsync_cancelledByItsCaller_holdsItsPlaceUntilItEnds() {
        DependencyGuard guard = guard(builder -> builder.concurrency(1));
        CompletableFuture<String> stage = new CompletableFuture<>();
        guard.callAsync(() -> stage).toCompletableFuture().cancel(true);
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        stage.cancel(true);

        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().cancelled()).isEqualTo(1);
    }

    @Test
    void stagesThatNeverComplete_openTheBreaker() {
        DependencyGuard guard = guard(builder -> builder);
        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            callers.add(guard.callAsync(() -> new CompletableFuture<String>()).toCompletableFuture());
        }
        for (int i = 0; i < 60; i++) {
            ticker.advance(Duration.ofMillis(100));
            guard.beat();
        }

        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        assertThat(callers).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(guard.stats().timedOut()).isEqualTo(25);
    }

    @Test
    void dependentsThatBlock_doNotHoldUpTheBeatNorOthers() throws Exception {
        DependencyGuard guard =
                guard(builder -> builder.timeLimit(Duration.ofMillis(50)).executor(pool));
        CountDownLatch blocked = new CountDownLatch(1);
        CompletableFuture<String> first =
                guard.callAsync(() -> new CompletableFuture<String>()).toCompletableFuture();
        Object unused = first.whenComplete((result, failure) -> {
            blocked.countDown();
            await(over);
        });
        CompletableFuture<String> second =
                guard.callAsync(() -> new CompletableFuture<String>()).toCompletableFuture();
        ticker.advance(Duration.ofMillis(60));
        guard.beat();
        blocked.await();
        while (!second.isDone()) {
            guard.beat();
            Thread.onSpinWait();
        }

        assertThat(second).isCompletedExceptionally();
    }

    @Test
    void timeOutsOfABeat_areOneTask_andTasksAreFew() {
        List<Runnable> tasks = new ArrayList<>();
        DependencyGuard guard =
                guard(builder -> builder.timeLimit(Duration.ofMillis(50)).executor(tasks::add));
        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            callers.add(guard.callAsync(() -> new CompletableFuture<String>()).toCompletableFuture());
        }
        ticker.advance(Duration.ofMillis(60));
        guard.beat();
        assertThat(tasks).hasSize(1);
        assertThat(callers).noneMatch(CompletableFuture::isDone);
        for (int i = 0; i < 100; i++) {
            guard.beat();
        }
        assertThat(tasks).hasSize(3);
        tasks.get(0).run();
        assertThat(callers).allMatch(CompletableFuture::isCompletedExceptionally);
        tasks.get(1).run();
        tasks.get(2).run();
        guard.beat();

        assertThat(tasks).hasSize(3);
        assertThat(guard.stats().timedOut()).isEqualTo(10);
        assertThat(guard.stats().inFlight()).isEqualTo(10);
    }

    @Test
    void codeOfOthers_runsOnThreadsOfItsOwn_eachKindApart() throws Exception {
        DependencyGuard guard = DependencyGuard.builder("inventory")
                .ticker(ticker)
                .timeLimit(Duration.ofMillis(50))
                .build();
        BlockingQueue<Thread> opened = new LinkedBlockingQueue<>();
        BlockingQueue<Thread> told = new LinkedBlockingQueue<>();
        BlockingQueue<Thread> completed = new LinkedBlockingQueue<>();
        guard.circuitBreaker().getEventPublisher().onStateTransition(event -> opened.add(Thread.currentThread()));
        guard.listen(change -> told.add(Thread.currentThread()));
        for (int i = 0; i < 25; i++) {
            Object unused = guard.callAsync(() -> new CompletableFuture<String>())
                    .whenComplete((result, failure) -> {
                        completed.add(Thread.currentThread());
                        await(over);
                    });
        }
        ticker.advance(Duration.ofMillis(60));
        guard.beat();
        Thread breaker = opened.take();
        guard.beat();

        assertThat(breaker.getName()).startsWith("loadline-guard-breaker-");
        assertThat(breaker.isDaemon()).isTrue();
        assertThat(completed.take().getName()).startsWith("loadline-guard-timeout-");
        assertThat(told.take().getName()).startsWith("loadline-guard-listener-");
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
    }

    @Test
    void listeners_areToldOfChanges_andOneThatThrowsDoesNoHarm() {
        DependencyGuard guard = guard(builder -> builder);
        List<GuardStateChange> told = new ArrayList<>();
        guard.listen(change -> {
            throw new StackOverflowError();
        });
        var registration = guard.listen(told::add);
        try (LogCapture log = LogCapture.of(GuardWatch.class)) {
            fail(guard);
            guard.beat();
            guard.beat();
            ticker.advance(Duration.ofMillis(501));
            GuardPermit probe = guard.acquire();
            guard.beat();
            probe.success();
            guard.acquire().success();
            guard.acquire().success();
            guard.beat();
            registration.close();
            fail(guard);
            guard.beat();

            assertThat(told)
                    .containsExactly(
                            new GuardStateChange("inventory", GuardState.CLOSED, GuardState.OPEN),
                            new GuardStateChange("inventory", GuardState.OPEN, GuardState.HALF_OPEN),
                            new GuardStateChange("inventory", GuardState.HALF_OPEN, GuardState.CLOSED));
            assertThat(log.messages())
                    .containsExactly(
                            "Dependency 'inventory': breaker closed -> open (0 changes not logged)",
                            "Dependency 'inventory': breaker half_open -> closed",
                            "Dependency 'inventory': breaker closed -> open (0 changes not logged)");
        }
    }

    @Test
    void listenerThatBlocks_holdsUpNothing_andIsToldInSum() throws Exception {
        DependencyGuard guard = guard(builder -> builder.executor(pool));
        CountDownLatch blocked = new CountDownLatch(1);
        BlockingQueue<GuardStateChange> told = new LinkedBlockingQueue<>();
        guard.listen(change -> {
            told.add(change);
            blocked.countDown();
            await(over);
        });
        fail(guard);
        guard.beat();
        blocked.await();
        ticker.advance(Duration.ofMillis(501));
        for (int i = 0; i < 3; i++) {
            guard.beat();
            guard.acquire().success();
        }
        guard.beat();
        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
        assertThat(told.take()).isEqualTo(new GuardStateChange("inventory", GuardState.CLOSED, GuardState.OPEN));
        over.countDown();
        while (told.isEmpty()) {
            guard.beat();
            Thread.onSpinWait();
        }

        assertThat(told.take()).isEqualTo(new GuardStateChange("inventory", GuardState.OPEN, GuardState.CLOSED));
    }

    @Test
    void executorThatRefuses_doesNotLeaveACallerAlone_norTheBeatWithItsDependents() {
        DependencyGuard guard =
                guard(builder -> builder.timeLimit(Duration.ofMillis(50)).executor(task -> {
                    throw new IllegalStateException("full");
                }));
        CompletableFuture<Thread> told = guard.callAsync(() -> new CompletableFuture<String>())
                .handle((result, failure) -> Thread.currentThread())
                .toCompletableFuture();
        ticker.advance(Duration.ofMillis(60));
        guard.beat();

        assertThat(told).succeedsWithin(Duration.ofSeconds(10)).isNotSameAs(Thread.currentThread());
    }

    private static void fail(DependencyGuard guard) {
        for (int i = 0; i < 100 && guard.state() == GuardState.CLOSED; i++) {
            guard.acquire().failure(new IOException());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private DependencyGuard guard(UnaryOperator<DependencyGuard.Builder> configure) {
        return configure
                .apply(DependencyGuard.builder("inventory")
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .random(() -> 0))
                .build();
    }
}
