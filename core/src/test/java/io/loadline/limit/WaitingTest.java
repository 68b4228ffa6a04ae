/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import io.loadline.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that wait for one of two permits. What waited is completed when the test says so. */
@Timeout(60)
class WaitingTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(10);

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(2);
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final Deque<Runnable> timers = new ArrayDeque<>();
    private final ConcurrencyLimiter limiter = limiter(builder -> {
        builder.ticker(ticker);
        builder.background = background(pool::add, timers::add);
    });
    private final Route route = limiter.route("route");
    private final Permit first = limiter.tryAcquire();
    private final Permit second = limiter.tryAcquire();

    @AfterEach
    void nothingLeaks() {
        first.close();
        second.close();
        runPool();
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.waiting().waiting()).isZero();
    }

    @Test
    void acquireAsync_thereIsRoom_isCompleteAlready() {
        first.close();
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        assertThat(stage).isCompleted();
        stage.join().close();
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(0, 0, 0, 0, Duration.ZERO));
    }

    @Test
    void acquireAsync_release_handsOver() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        assertThat(stage).isNotDone();
        assertThat(limiter.waiting().waiting()).isEqualTo(1);
        first.close();
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(limiter.tryAcquire()).isNull();
        runPool();
        assertThat(stage.join().route()).isSameAs(route);
        stage.join().close();
    }

    @Test
    void waiting_isNoPartOfTheLatency() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        ticker.advance(Duration.ofMillis(50));
        first.ignore();
        runPool();
        ticker.advance(Duration.ofMillis(7));
        stage.join().success();
        limiter.beat();
        assertThat(algorithm.last().meanRttNanos()).isEqualTo(7e6);
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(0, 1, 0, 0, Duration.ofMillis(50)));
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(1, 0, 0, 0, 0, 0));
    }

    @Test
    void acquireAsync_mayNotWait_isRefusedAtOnce() {
        assertThat(refusal(acquireAsync(Duration.ZERO))).isEqualTo(RejectionReason.LIMIT);
        assertThat(refusal(acquireAsync(Duration.ofSeconds(-1)))).isEqualTo(RejectionReason.LIMIT);
        ConcurrencyLimiter impatient = limiter(builder -> builder.maxWaiters(0));
        try (Permit one = impatient.tryAcquire();
                Permit two = impatient.tryAcquire()) {
            assertThat(List.of(one, two)).hasSize(2);
            assertThat(refusal(
                            impatient.acquireAsync(impatient.otherRoute(), LONG).toCompletableFuture()))
                    .isEqualTo(RejectionReason.LIMIT);
        }
        assertThat(limiter.stats(route).shed()).isEqualTo(2);
    }

    @Test
    void acquireAsync_asManyWaitAsTheLimitIs_isRefused() {
        List<CompletableFuture<Permit>> stages = List.of(acquireAsync(LONG), acquireAsync(LONG), acquireAsync(LONG));
        runPool();
        assertThat(refusal(stages.get(2))).isEqualTo(RejectionReason.QUEUE);
        assertThat(limiter.stats(route).shed()).isEqualTo(1);
        stages.forEach(stage -> stage.cancel(false));
    }

    @Test
    void acquireAsync_timeHasPassed_isRefusedByTheBeat() {
        CompletableFuture<Permit> stage = acquireAsync(Duration.ofMinutes(1));
        ticker.advance(Duration.ofMinutes(1));
        limiter.beat();
        runPool();
        assertThat(refusal(stage)).isEqualTo(RejectionReason.QUEUE);
    }

    @Test
    void acquireAsync_timeHasPassed_isRefusedWithoutABeat() {
        ConcurrencyLimiter real = limiter(builder -> builder.ticker(Ticker.system()));
        try (Permit one = real.tryAcquire();
                Permit two = real.tryAcquire()) {
            assertThat(List.of(one, two)).hasSize(2);
            assertThat(refusal(real.acquireAsync(real.otherRoute(), SHORT).toCompletableFuture()))
                    .isEqualTo(RejectionReason.QUEUE);
            assertThat(real.waiting().refused()).isEqualTo(1);
        }
    }

    @Test
    void cancel_whileWaiting_withdraws() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        CompletableFuture<Permit> other = acquireAsync(LONG);
        stage.cancel(false);
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(1, 0, 0, 1, Duration.ZERO));
        first.close();
        runPool();
        other.join().close();
    }

    /** The permit is on its way when the stage is cancelled. */
    @Test
    void cancel_afterTheHandOver_passesThePermitOn() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        CompletableFuture<Permit> other = acquireAsync(LONG);
        first.close();
        stage.cancel(false);
        assertThat(other).isNotDone();
        runPool();
        other.join().close();
        assertThat(limiter.waiting().admitted()).isEqualTo(2);
    }

    @Test
    void pool_takesNothing_theStageCompletesNevertheless() {
        ConcurrencyLimiter poor = limiter(builder -> builder.background = background(task -> {
            throw new RejectedExecutionException("on purpose");
        }));
        Permit one = poor.tryAcquire();
        Permit two = poor.tryAcquire();
        CompletableFuture<Permit> stage =
                poor.acquireAsync(poor.otherRoute(), LONG).toCompletableFuture();
        one.close();
        stage.join().close();
        two.close();
        assertThat(poor.inFlight()).isZero();
    }

    /** Were the next one's code run by the release of the one before, the stack would not do. */
    @Test
    void acquireAsync_eachReleasesAtOnce_isNotRecursive() {
        int calls = 5_000; // more than a stack holds
        ConcurrencyLimiter busy = limiter(builder -> builder.maxWaiters(calls));
        Permit one = busy.tryAcquire();
        Permit two = busy.tryAcquire();
        List<CompletableFuture<?>> ended = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            ended.add(busy.acquireAsync(busy.otherRoute(), LONG)
                    .thenAccept(Permit::success)
                    .toCompletableFuture());
        }
        one.close();
        two.close();
        CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).join();
        assertThat(busy.inFlight()).isZero();
        assertThat(busy.waiting().admitted()).isEqualTo(calls);
        assertThat(busy.stats().succeeded()).isEqualTo(calls);
    }

    /** The owner wants it in place: one after the other, but not one within the other. */
    @Test
    void acquireAsync_withAnExecutorThatRunsInPlace_isNotRecursive() {
        int calls = 5_000; // more than a stack holds
        ConcurrencyLimiter busy = limiter(builder -> builder.maxWaiters(calls));
        Permit one = busy.tryAcquire();
        Permit two = busy.tryAcquire();
        List<CompletableFuture<?>> ended = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            ended.add(busy.acquireAsync(busy.otherRoute(), CallContext.NONE, LONG, Runnable::run)
                    .thenAccept(Permit::success)
                    .toCompletableFuture());
        }
        one.close();
        two.close();
        assertThat(ended).allSatisfy(each -> assertThat(each).isCompleted());
        assertThat(busy.inFlight()).isZero();
        assertThat(busy.waiting()).extracting(WaitingStats::waiting).isEqualTo(0);
        assertThat(busy.waiting().admitted()).isEqualTo(calls);
        assertThat(busy.stats().succeeded()).isEqualTo(calls);
    }

    /** Threads are no business of who hands over in place. */
    @Test
    void handOver_inPlace_tellsThreadsAtOnce() throws Exception {
        CompletableFuture<Permit> inPlace = acquireAsync(Runnable::run);
        FutureTask<Permit> thread = inThread(() -> limiter.acquire(route, LONG));
        awaitWaiting(2);
        CompletableFuture<Void> ended = inPlace.thenAccept(permit -> {
            permit.success();
            try {
                thread.get(20, TimeUnit.SECONDS).close();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        first.close();
        assertThat(ended).isCompleted();
    }

    /** As an executor does that is shut down with the hand-over in its queue. */
    @Test
    void acquireAsync_withAnExecutorThatForgets_isCompletedByThePoolAfterItsTime() {
        CompletableFuture<Permit> stage = acquireAsync(task -> {});
        first.close();
        assertThat(limiter.inFlight()).isEqualTo(2);
        runTimers();
        assertThat(pool).as("it may just be slow").isEmpty();
        runTimers();
        assertThat(stage).isNotDone();
        runPool();
        assertThat(stage.join().success()).isTrue();
        assertThat(limiter.inFlight()).isEqualTo(1);
    }

    @Test
    void acquireAsync_withAnExecutorThatForgets_isRefusedByThePool() {
        CompletableFuture<Permit> stage = acquireAsync(task -> {});
        ticker.advance(LONG);
        runTimers();
        runTimers();
        runPool();
        assertThat(refusal(stage)).isEqualTo(RejectionReason.QUEUE);
    }

    @Test
    void cancel_afterAnExecutorForgotTheHandOver_passesThePermitOn() {
        CompletableFuture<Permit> stage = acquireAsync(task -> {});
        CompletableFuture<Permit> other = acquireAsync(LONG);
        first.close();
        stage.cancel(false);
        runPool();
        other.join().close();
        assertThat(limiter.waiting().admitted()).isEqualTo(2);
    }

    @Test
    void acquireAsync_withAnExecutorThatIsLate_isCompletedOnce() {
        Deque<Runnable> loop = new ArrayDeque<>();
        CompletableFuture<Permit> stage = acquireAsync(loop::add);
        first.close();
        runTimers();
        runTimers();
        loop.remove().run();
        Permit permit = stage.join();
        runPool();
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(permit.success()).isTrue();
    }

    @Test
    void refuseAll_refusesThoseWhoWait() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        limiter.refuseAll(() -> {});
        runPool();
        assertThat(refusal(stage)).isEqualTo(RejectionReason.DRAINING);
        assertThat(refusal(acquireAsync(LONG))).isEqualTo(RejectionReason.DRAINING);
        assertThat(limiter.stats(route).refused()).isEqualTo(2);
        limiter.resume();
        CompletableFuture<Permit> later = acquireAsync(LONG);
        first.close();
        runPool();
        later.join().close();
    }

    @Test
    void enforcement_falls_admitsThoseWhoWait() {
        for (Enforcement fallen : List.of(Enforcement.SHADOW, Enforcement.OFF)) {
            CompletableFuture<Permit> stage = acquireAsync(LONG);
            limiter.enforcement(fallen);
            runPool();
            stage.join().close();
            CompletableFuture<Permit> unhindered = acquireAsync(LONG);
            assertThat(unhindered).isCompleted();
            unhindered.join().close();
            limiter.enforcement(Enforcement.ENFORCE);
        }
    }

    @Test
    void limit_rises_admitsThoseWhoWait() {
        CompletableFuture<Permit> stage = acquireAsync(LONG);
        algorithm.thenDecides(3);
        ticker.advance(Duration.ofMillis(100));
        limiter.beat();
        runPool();
        stage.join().close();
    }

    @Test
    void callAsync_waits_runsAndEndsAsAnyOther() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> call = callAsync(work);
        first.close();
        assertThat(limiter.inFlight()).isEqualTo(2);
        runPool();
        work.complete("done");
        assertThat(call).isCompletedWithValue("done");
        CompletableFuture<String> failing = callAsync(CompletableFuture.failedFuture(new IOException("on purpose")));
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(1, 1, 0, 0, 0, 0));
    }

    @Test
    void callAsync_cancelledWhileWaiting_neverRuns() {
        CompletableFuture<String> call = callAsync(null);
        call.cancel(false);
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(0, 0, 0, 1, Duration.ZERO));
    }

    @Test
    void callAsync_cancelledAfterTheHandOver_neverRunsAndPassesThePermitOn() {
        CompletableFuture<String> call = callAsync(null);
        CompletableFuture<Permit> other = acquireAsync(LONG);
        first.close();
        call.cancel(false);
        runPool();
        other.join().close();
    }

    @Test
    void callAsync_cancelledWhileItRuns_endsWithTheAction() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> call = callAsync(work);
        first.close();
        runPool();
        call.cancel(false);
        assertThat(limiter.inFlight()).isEqualTo(2);
        work.complete("done");
        assertThat(limiter.inFlight()).isEqualTo(1);
    }

    @Test
    void callAsync_actionThrowsAnError_endsTheCallAndTheStage() {
        CompletableFuture<String> call = limiter.<String>callAsync(route, LONG, () -> {
                    throw new AssertionError("on purpose");
                })
                .toCompletableFuture();
        first.close();
        runPool();
        assertThatThrownBy(call::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void callAsync_refusedOrInVain_saysSo() {
        CompletableFuture<String> call = callAsync(null);
        ticker.advance(LONG);
        limiter.beat();
        runPool();
        assertThat(refusal(call)).isEqualTo(RejectionReason.QUEUE);
        assertThat(refusal(limiter.callAsync(route, Duration.ZERO, () -> new CompletableFuture<>())
                        .toCompletableFuture()))
                .isEqualTo(RejectionReason.LIMIT);
    }

    @Test
    void acquire_release_handsOver() throws Exception {
        FutureTask<Permit> waiter = inThread(() -> limiter.acquire(route, LONG));
        awaitWaiting(1);
        first.close();
        waiter.get().close();
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(0, 1, 0, 0, 0, 0));
    }

    @Test
    void call_waits_runsAndEndsAsAnyOther() throws Exception {
        FutureTask<Integer> waiter = inThread(() -> limiter.<Integer>call(route, LONG, limiter::inFlight));
        awaitWaiting(1);
        first.close();
        assertThat(waiter.get()).isEqualTo(2);
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(1, 0, 0, 0, 0, 0));
    }

    @Test
    void acquire_inVain_throwsWhenTheTimeHasPassed() {
        ConcurrencyLimiter real = limiter(builder -> builder.ticker(Ticker.system()));
        try (Permit one = real.tryAcquire();
                Permit two = real.tryAcquire()) {
            assertThat(List.of(one, two)).hasSize(2);
            assertThatThrownBy(() -> real.acquire(real.otherRoute(), SHORT))
                    .isSameAs(RejectedException.of(RejectionReason.QUEUE));
            assertThatThrownBy(() -> real.call(real.otherRoute(), Duration.ZERO, () -> "ran"))
                    .isSameAs(RejectedException.of(RejectionReason.LIMIT));
        }
        assertThat(real.stats().shed()).isEqualTo(2);
    }

    @Test
    void acquireAsync_withAnExecutor_isCompletedThere() {
        Deque<Runnable> loop = new ArrayDeque<>();
        CompletableFuture<Permit> stage = acquireAsync(loop::add);
        CompletableFuture<Permit> refused = acquireAsync(loop::add);
        first.close();
        limiter.refuseAll(() -> {});
        assertThat(pool).isEmpty();
        assertThat(loop).hasSize(2);
        assertThat(stage).isNotDone();
        loop.forEach(Runnable::run);
        stage.join().close();
        assertThat(refused).isCompletedExceptionally();
        limiter.resume();
    }

    /** As an event loop does whose server has stopped. */
    @Test
    void acquireAsync_withAnExecutorThatTakesNothing_isCompletedByThePool() {
        CompletableFuture<Permit> stage = acquireAsync(task -> {
            throw new RejectedExecutionException("stopped");
        });
        first.close();
        assertThat(stage).isNotDone();
        runPool();
        stage.join().close();
    }

    @Test
    void acquireAsync_withAnExecutorThatRunsAndFails_isCompletedOnce() {
        CompletableFuture<Permit> stage = acquireAsync(task -> {
            task.run();
            throw new IllegalStateException("planned");
        });
        first.close();
        runPool();
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(stage.join().success()).isTrue();
    }

    private CompletableFuture<Permit> acquireAsync(Executor executor) {
        return limiter.acquireAsync(route, CallContext.NONE, LONG, executor).toCompletableFuture();
    }

    @Test
    void acquire_interrupted_throwsAndWithdraws() throws Exception {
        AtomicInteger interrupted = new AtomicInteger();
        Thread waiter = new Thread(() -> {
            try {
                limiter.acquire(route, LONG).close();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
        });
        waiter.start();
        awaitWaiting(1);
        waiter.interrupt();
        waiter.join();
        assertThat(interrupted).hasValue(1);
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(0, 0, 0, 1, Duration.ZERO));
    }

    @Test
    void acquire_refuseAll_throws() throws Exception {
        FutureTask<Permit> waiter = inThread(() -> limiter.acquire(route, LONG));
        awaitWaiting(1);
        limiter.refuseAll(() -> {});
        assertThatThrownBy(waiter::get).hasCause(RejectedException.of(RejectionReason.DRAINING));
        limiter.resume();
    }

    @Test
    void toTicket_leavesTheCallToTheTicket() {
        long ticket = first.toTicket();
        assertThat(first.toTicket()).isEqualTo(ConcurrencyLimiter.REFUSED);
        assertThat(first.success()).isFalse();
        assertThat(limiter.inFlight()).isEqualTo(2);
        limiter.release(ticket, first.route(), Outcome.SUCCESS);
        assertThat(limiter.inFlight()).isEqualTo(1);
    }

    private ConcurrencyLimiter limiter(Consumer<ConcurrencyLimiter.Builder> configure) {
        ConcurrencyLimiter.Builder builder =
                ConcurrencyLimiter.builder("tested").algorithm(() -> algorithm);
        configure.accept(builder);
        return builder.build();
    }

    private CompletableFuture<Permit> acquireAsync(Duration atMost) {
        return limiter.acquireAsync(route, atMost).toCompletableFuture();
    }

    /** A call that must not run if there is no {@code work}. */
    private CompletableFuture<String> callAsync(CompletableFuture<String> work) {
        return limiter.callAsync(route, LONG, () -> {
                    if (work == null) {
                        throw new AssertionError("ran");
                    }
                    return work;
                })
                .toCompletableFuture();
    }

    private void runPool() {
        while (!pool.isEmpty()) {
            pool.remove().run();
        }
    }

    /** Those that were set until now. */
    private void runTimers() {
        List<Runnable> due = List.copyOf(timers);
        timers.clear();
        due.forEach(Runnable::run);
    }

    /** Without timers: only beats end what waits in vain. */
    private static Waiting.Background background(Executor executor) {
        return background(executor, timer -> {});
    }

    private static Waiting.Background background(Executor executor, Consumer<Runnable> timers) {
        return new Waiting.Background() {
            @Override
            public void execute(Runnable task) {
                executor.execute(task);
            }

            @Override
            public Runnable schedule(Runnable task, long nanos) {
                timers.accept(task);
                return () -> {};
            }
        };
    }

    private static <T> FutureTask<T> inThread(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        new Thread(task).start();
        return task;
    }

    private void awaitWaiting(int waiters) {
        while (limiter.waiting().waiting() != waiters) {
            Thread.onSpinWait();
        }
    }

    private static RejectionReason refusal(CompletableFuture<?> stage) {
        try {
            Object unused = stage.get(20, TimeUnit.SECONDS);
            throw new AssertionError("not refused");
        } catch (ExecutionException e) {
            return ((RejectedException) e.getCause()).rejection().reason();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
