/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static io.loadline.drain.DrainPhase.ANNOUNCING;
import static io.loadline.drain.DrainPhase.CLOSING;
import static io.loadline.drain.DrainPhase.DONE;
import static io.loadline.drain.DrainPhase.NONE;
import static io.loadline.drain.DrainPhase.QUIESCING;
import static io.loadline.drain.DrainPhase.SETTLING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.LogCapture;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.internal.Listeners;
import io.loadline.limit.Enforcement;
import io.loadline.limit.Permit;
import io.loadline.time.Heartbeat;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a drain ends: by the last release, the deadline, an abort; and what everybody is told. */
class DrainEndTest {
    private final DrainedService service = busyBefore(new DrainedService());

    @Test
    void drain_lastRelease_completesInTheReleasingThread() throws Exception {
        Permit first = service.begin();
        Permit last = service.begin();
        AtomicReference<Thread> completedBy = new AtomicReference<>();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        Future<?> noted = drained.thenRun(() -> completedBy.set(Thread.currentThread()));
        first.drop();
        assertThat(drained).isNotDone();
        Thread releasing = new Thread(last::success);
        releasing.start();
        releasing.join(5_000);

        assertThat(noted).isDone();
        assertThat(completedBy).hasValue(releasing);
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(service.drain.phase()).isEqualTo(CLOSING);
    }

    @Test
    void drain_atTheDeadline_reportsWhatStillRuns() {
        Permit one = service.begin();
        Permit two = service.begin();
        service.beat();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);

        try (LogCapture log = LogCapture.of(DrainCoordinator.class)) {
            assertThat(service.beatUntil(drained)).isEqualTo(Duration.ofSeconds(25));
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("REQUESTS_ACTIVE", "25000 ms", "2 in flight");
        }
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
        assertThat(drained.join().remainingInFlight()).isEqualTo(2);
        assertThat(drained.join().elapsed())
                .containsEntry(SETTLING, Duration.ofSeconds(1))
                .containsEntry(QUIESCING, Duration.ofSeconds(24));
        one.success();
        two.success();
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
    }

    /** The last call has left the limiter, but its thread has not yet said so when the deadline passes. */
    @Test
    void drain_lastReleaseMeetsTheDeadline_isIdle() {
        AtomicReference<Runnable> inRelease = new AtomicReference<>();
        DrainedService racing = new DrainedService(builder -> {}, Enforcement.ENFORCE, read -> {
            Runnable step = inRelease.getAndSet(null);
            if (step != null) {
                step.run();
            }
        });
        Permit last = racing.begin();
        CompletableFuture<DrainResult> drained = racing.drainAsync(Settling.SKIP);
        inRelease.set(() -> {
            assertThat(racing.limiter.inFlight()).isZero();
            assertThat(drained).isNotDone();
            racing.ticker.advance(Duration.ofSeconds(25));
            racing.heartbeat.beat();
        });
        last.success();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(drained.join().remainingInFlight()).isZero();
        assertThat(racing.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
    }

    /** No wakeup may be lost between the last release and the refusal, whoever comes first. */
    @Test
    void drain_underCallsOfManyThreads_endsIdleAndAdmitsNothingAfterwards() throws Exception {
        int threads = 2;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 50; round++) {
                DrainedService busy = busyBefore(new DrainedService());
                CountDownLatch started = new CountDownLatch(threads);
                List<Future<?>> callers = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    callers.add(executor.submit(() -> {
                        Permit permit = busy.limiter.tryAcquire();
                        started.countDown();
                        while (permit != null) {
                            permit.success();
                            permit = busy.limiter.tryAcquire();
                        }
                    }));
                }
                assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
                CompletableFuture<DrainResult> drained = busy.drainAsync(Settling.SKIP);

                for (Future<?> caller : callers) {
                    caller.get(5, TimeUnit.SECONDS);
                }
                assertThat(drained.get(5, TimeUnit.SECONDS).outcome()).isEqualTo(DrainOutcome.IDLE);
                assertThat(busy.limiter.inFlight()).isZero();
                assertThat(busy.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "SHADOW"})
    void drain_callsThatAreNotLimited_areWaitedForToo(Enforcement enforcement) {
        DrainedService open = busyBefore(new DrainedService(builder -> {}, enforcement, read -> {}));
        Permit[] permits = new Permit[25];
        for (int i = 0; i < permits.length; i++) {
            permits[i] = open.begin();
        }
        CompletableFuture<DrainResult> drained = open.drainAsync(Settling.SKIP);
        assertThat(open.limiter.tryAcquire()).isNull();
        for (Permit permit : permits) {
            assertThat(drained).isNotDone();
            permit.success();
        }

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
    }

    @Test
    void drainAsync_again_returnsTheSameDrain() {
        Permit running = service.begin();
        CompletableFuture<DrainResult> first = service.drainAsync(Settling.WAIT);
        // Its own settling does not count: the first has been told to wait.
        CompletableFuture<DrainResult> second = service.drainAsync(Settling.SKIP);
        assertThat(service.drain.phase()).isEqualTo(SETTLING);
        service.pass(Duration.ofSeconds(2));
        running.success();

        assertThat(second.join()).isSameAs(first.join());
        assertThat(service.drainAsync(Settling.SKIP).join()).isSameAs(first.join());
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
    }

    @Test
    void drainAsync_stage_canNotBeCompletedFromOutside() {
        CompletableFuture<DrainResult> taken = service.drainAsync(Settling.WAIT);
        taken.cancel(true);

        assertThat(service.drainAsync(Settling.WAIT)).isNotDone();
    }

    @Test
    void drained_isOneStage_howeverOftenItIsAskedFor() {
        CompletionStage<DrainResult> drained = service.drain.drained();
        assertThat(service.drain.drained() == drained).isTrue();
        assertThat(service.drain.drainAsync("arranged", Settling.SKIP) == drained)
                .isTrue();
    }

    @Test
    void result_isToldToListeners_beforeAnybodyWhoWaitsForIt() {
        List<String> heard = new ArrayList<>();
        CompletionStage<Void> waiting =
                service.drain.drained().thenAccept(result -> heard.add("drained " + result.outcome()));
        service.drain.listen(new DrainCoordinator.Listener() {
            @Override
            public void onPhase(DrainPhase phase) {
                heard.add(phase.tag());
            }

            @Override
            public void onResult(DrainResult result) {
                heard.add("result " + result.outcome());
            }
        });
        service.drainAsync(Settling.SKIP);
        assertThat(waiting).isCompleted();
        assertThat(heard)
                .containsExactly("announcing", "settling", "quiescing", "closing", "result IDLE", "drained IDLE");
    }

    @Test
    void logThatFails_isNoReasonToTellNobody() {
        try (LogCapture log = LogCapture.of(DrainCoordinator.class, line -> {
            throw new IllegalStateException("on purpose");
        })) {
            Permit running = service.begin();
            CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
            assertThatIllegalStateException().isThrownBy(service.drain::abort);
            assertThat(drained).isCompleted();
            assertThatIllegalStateException().isThrownBy(service.drain::closed);
            running.success();
        }
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING, DONE);
    }

    @Test
    void abort_withoutADrain_doesNothing() {
        service.drain.abort();

        assertThat(service.drain.phase()).isEqualTo(NONE);
        service.call();
    }

    @Test
    void abort_whileAnnouncing_endsTheDrain() {
        service.drain.listen(phase -> {
            if (phase == ANNOUNCING) {
                service.drain.abort();
            }
        });
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(service.phases).containsExactly(ANNOUNCING, CLOSING);
    }

    @Test
    void abort_whileSettling_endsTheDrain() {
        Permit running = service.begin();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.beat();
        service.drain.abort();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(drained.join().remainingInFlight()).isOne();
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, CLOSING);
        running.success();
    }

    @Test
    void abort_whileQuiescing_endsTheDrainOnce() {
        Permit running = service.begin();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        service.drain.abort();
        running.success();
        service.drain.abort();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(drained.join().remainingInFlight()).isOne();
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
    }

    @Test
    void drain_interrupted_isAbortedAndStaysInterrupted() throws Exception {
        Permit running = service.begin();
        CountDownLatch waiting = new CountDownLatch(1);
        service.drain.listen(phase -> waiting.countDown());
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicReference<DrainResult> result = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            result.set(service.drain.drain("arranged", Settling.WAIT));
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        waiter.start();
        assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();
        waiter.interrupt();
        waiter.join(5_000);

        assertThat(interrupted).isTrue();
        assertThat(result.get().outcome()).isEqualTo(DrainOutcome.ABORTED);
        running.success();
    }

    @Test
    void drain_waitsForTheLastRelease() throws Exception {
        Permit running = service.begin();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            CountDownLatch quiescing = new CountDownLatch(1);
            service.drain.listen(phase -> {
                if (phase == QUIESCING) {
                    quiescing.countDown();
                }
            });
            Future<DrainResult> result = threads.submit(() -> service.drain.drain("arranged", Settling.SKIP));
            assertThat(quiescing.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(result).isNotDone();
            running.success();

            assertThat(result.get(5, TimeUnit.SECONDS).outcome()).isEqualTo(DrainOutcome.IDLE);
        } finally {
            threads.shutdownNow();
        }
    }

    /** A process must be able to go although nothing beats: never started, stuck in somebody's listener, closed. */
    @Test
    void drain_withoutAHeartbeat_endsAtItsDeadline() {
        DrainCoordinator lifeless = DrainCoordinator.builder(
                        service.availability, service.limiter, Heartbeat.create(Ticker.system()))
                .deadline(Duration.ofMillis(20))
                .build();
        Permit running = service.begin();

        assertThat(lifeless.drain("arranged", Settling.WAIT).outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
        running.success();
    }

    @Test
    void drain_afterClose_isAbortedAtOnce() {
        service.drain.close();

        assertThat(service.drain.drain("arranged", Settling.WAIT).outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(service.availability.state()).isEqualTo(ServiceState.DRAINING);
    }

    @Test
    void close_whileADrainIsOn_abortsIt() {
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.drain.close();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.ABORTED);
    }

    @Test
    void closed_afterTheDrain_isDoneAndStopped() {
        service.drainAsync(Settling.SKIP);
        service.drain.closed();
        service.drain.closed();

        assertThat(service.drain.phase()).isEqualTo(DONE);
        assertThat(service.availability.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING, DONE);
    }

    @Test
    void closed_withoutADrain_isStopped() {
        service.drain.closed();

        assertThat(service.drain.phase()).isEqualTo(NONE);
        assertThat(service.availability.state()).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void closed_beforeTheDrainHasEnded_abortsItAndIsDone() {
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.drain.closed();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, CLOSING, DONE);
        assertThat(service.availability.state()).isEqualTo(ServiceState.STOPPED);
    }

    /** The beat comes when the drain has begun and its first phase has not been told. */
    @Test
    void phases_movedOnByAnotherThread_areToldInOrder() {
        service.availability.listen(change -> service.beat());
        service.drainAsync(Settling.WAIT);

        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING);
    }

    @Test
    void listener_thatThrows_isLoggedOnceAndSkipped() {
        try (LogCapture log = LogCapture.of(Listeners.class)) {
            DrainedService haunted = busyBefore(new DrainedService());
            haunted.drain.listen(phase -> {
                throw new IllegalStateException("mine");
            });
            CompletableFuture<DrainResult> drained = haunted.drainAsync(Settling.SKIP);

            assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void progress_tellsPhaseCallsRefusalsAndTimeLeft() {
        assertThat(service.drain.progress()).isEqualTo(new DrainProgress(NONE, 0, 0, 0, 0, Duration.ZERO));
        Permit running = service.begin();
        service.drainAsync(Settling.WAIT);
        service.pass(Duration.ofSeconds(5));
        assertThat(service.limiter.tryAcquire()).isNull();
        assertThat(service.drain.progress())
                .isEqualTo(new DrainProgress(QUIESCING, 1, 0, 0, 1, Duration.ofSeconds(20)));
        service.pass(Duration.ofSeconds(21));

        assertThat(service.drain.progress()).isEqualTo(new DrainProgress(CLOSING, 1, 0, 0, 1, Duration.ZERO));
        running.success();
    }

    /** Begins half a second before readings of the ticker turn negative. */
    @Test
    void drain_acrossTheWrapOfTheTicker_takesItsTime() {
        DrainedService young = new DrainedService();
        young.call();
        young.pass(Duration.ofMillis(500));
        long before = young.ticker.read();
        CompletableFuture<DrainResult> drained = young.drainAsync(Settling.WAIT);
        young.beatUntil(drained);

        assertThat(before).isPositive();
        assertThat(young.ticker.read()).isNegative();
        assertThat(drained.join().total()).isEqualTo(Duration.ofSeconds(10));
    }

    /** Dense traffic, so that a second of silence is the end of it. */
    private static DrainedService busyBefore(DrainedService service) {
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        return service;
    }
}
