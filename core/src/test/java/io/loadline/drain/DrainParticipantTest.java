/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

import io.loadline.FailingLogContext;
import io.loadline.LogCapture;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.ParticipantResult.State;
import io.loadline.limit.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** Participants of a drain: good ones, and those that throw, hang or ignore interruption. */
@Timeout(20)
class DrainParticipantTest {
    private static final Duration DEADLINE = Duration.ofSeconds(25);

    private final DrainedService service = new DrainedService();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ignoring = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /** Threads that ignore interruption end with the test. */
    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void drain_waitsForItsParticipants() throws Exception {
        ScriptedParticipant consumer = new ScriptedParticipant("consumer", said);
        service.drain.add(consumer);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        consumer.entered.await();
        service.pass(Duration.ofSeconds(5));
        assertThat(service.drain.phase()).isEqualTo(DrainPhase.QUIESCING);
        assertThat(service.drain.progress().participants()).isOne();
        assertThat(drained).isNotDone();
        consumer.go.countDown();

        DrainResult result = drained.get();
        assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(result.participants())
                .containsExactly(
                        new ParticipantResult("consumer", State.FINISHED, Duration.ofSeconds(5), List.of(), null));
        assertThat(service.drain.progress().participants()).isZero();
        assertThat(consumer.timeLeft).isEqualTo(Duration.ofSeconds(24));
        assertThat(service.phases).endsWith(DrainPhase.QUIESCING, DrainPhase.CLOSING);
    }

    @Test
    void phase_isInTheLoggersContext_ofWhatParticipantsDoAndOfTheReport() throws Exception {
        List<String> logged = Collections.synchronizedList(new ArrayList<>());
        ScriptedParticipant consumer = new ScriptedParticipant("consumer", said)
                .forRequests()
                .drain(() -> logged.add(MDC.get(DrainCoordinator.MDC_PHASE)));
        service.drain.add(consumer);
        MDC.put("request", "7");
        MDC.put(DrainCoordinator.MDC_PHASE, "before");
        try (LogCapture report =
                LogCapture.of(DrainCoordinator.class, line -> logged.add(MDC.get(DrainCoordinator.MDC_PHASE)))) {
            CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
            joinRun("consumer");
            service.beatUntil(drained);
            service.drain.closed();
            assertThat(report.messages()).hasSize(2);
        }
        assertThat(logged).containsExactly("quiescing", "closing", "done");
        assertThat(MDC.getCopyOfContextMap())
                .containsOnly(Map.entry("request", "7"), Map.entry(DrainCoordinator.MDC_PHASE, "before"));
        MDC.remove("request");
        MDC.remove(DrainCoordinator.MDC_PHASE);
    }

    @Test
    void loggersContextThatFails_stopsNeitherParticipantsNorTheDrain() throws Exception {
        ScriptedParticipant consumer = new ScriptedParticipant("consumer", said).prepare(() -> said.add("prepared"));
        service.drain.add(consumer);
        try (FailingLogContext failing = new FailingLogContext(DrainCoordinator.MDC_PHASE)) {
            CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
            consumer.entered.await();
            consumer.go.countDown();
            joinRun("consumer");
            service.beatUntil(drained);
            service.drain.closed();
            assertThat(drained.get().participants().get(0).state()).isEqualTo(State.FINISHED);
        }
        assertThat(said).contains("prepared");
        assertThat(service.phases).endsWith(DrainPhase.CLOSING, DrainPhase.DONE);
    }

    @Test
    void drain_participantsBesideTheEndOfTheTraffic_takeNoTimeOfTheirOwn() throws Exception {
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        ScriptedParticipant consumer = new ScriptedParticipant("consumer", said);
        service.drain.add(consumer);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        consumer.entered.await();
        assertThat(service.drain.phase()).isEqualTo(DrainPhase.SETTLING);
        consumer.go.countDown();
        joinRun("consumer");
        service.beatUntil(drained);

        assertThat(drained.get().total()).isLessThan(Duration.ofMillis(1_200));
        assertThat(drained.get().participants().get(0).state()).isEqualTo(State.FINISHED);
    }

    @Test
    void prepare_happensAtOnceForAllWhateverTheirOrder() throws Exception {
        CyclicBarrier all = new CyclicBarrier(3);
        ScriptedParticipant first = new ScriptedParticipant("first", said).prepare(all::await);
        ScriptedParticipant second =
                new ScriptedParticipant("second", said).order(1).prepare(all::await);
        ScriptedParticipant executor =
                new ScriptedParticipant("executor", said).forRequests().prepare(all::await);
        Permit request = service.begin();
        List.of(first, second, executor).forEach(service.drain::add);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);

        first.entered.await();
        assertThat(second.entered.getCount()).isOne();
        first.go.countDown();
        second.entered.await();
        second.go.countDown();
        second.left.await();
        assertThat(executor.entered.getCount()).isOne();
        request.success();
        executor.entered.await();
        executor.go.countDown();

        assertThat(drained.get().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(said).containsExactly("first", "second", "executor");
    }

    @Test
    void participants_ofTheSameOrder_drainSideBySide() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        service.drain.add(new ScriptedParticipant("left", said).drain(both::await));
        service.drain.add(new ScriptedParticipant("right", said).drain(both::await));

        assertThat(service.drainAsync(Settling.SKIP).get().outcome()).isEqualTo(DrainOutcome.IDLE);
    }

    @Test
    void prepare_thatThrows_isLoggedAndTheOthersGoOn() throws Exception {
        ScriptedParticipant bad = new ScriptedParticipant("bad", said)
                .prepare(() -> {
                    throw new IllegalStateException("mine");
                })
                .drain(() -> {});
        service.drain.add(bad);
        service.drain.add(new ScriptedParticipant("good", said).drain(() -> {}));
        try (LogCapture log = LogCapture.of(ParticipantRun.class)) {
            DrainResult result = service.drainAsync(Settling.SKIP).get();

            assertThat(result.participants())
                    .extracting(ParticipantResult::state)
                    .containsOnly(State.FINISHED);
            assertThat(log.warnings()).singleElement().asString().contains("'bad' failed to prepare");
        }
    }

    @Test
    void drain_thatThrows_isReportedAndTheOthersGoOn() throws Exception {
        service.drain.add(new ScriptedParticipant("bad", said).drain(() -> {
            throw new StackOverflowError("mine");
        }));
        service.drain.add(new ScriptedParticipant("good", said).order(1).drain(() -> {}));
        try (LogCapture log = LogCapture.of(ParticipantRun.class)) {
            DrainResult result = service.drainAsync(Settling.SKIP).get();

            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(result.participants())
                    .extracting(ParticipantResult::name, ParticipantResult::state)
                    .containsExactly(tuple("bad", State.FAILED), tuple("good", State.FINISHED));
            assertThat(result.participants().get(0).detail()).isEqualTo("java.lang.StackOverflowError: mine");
            assertThat(log.warnings()).singleElement().asString().contains("'bad' failed to drain");
        }
    }

    @Test
    void drain_thatNeverReturns_isReportedAndTheDrainEndsAtItsDeadline() throws Exception {
        ScriptedParticipant stuck = new ScriptedParticipant("stuck", said)
                .drain(this::ignoreInterruption)
                .active(List.of("order 17", "order 18"));
        ScriptedParticipant next =
                new ScriptedParticipant("next", said).order(1).drain(() -> {});
        service.drain.add(stuck);
        service.drain.add(next);
        try (LogCapture log = LogCapture.of(DrainCoordinator.class)) {
            CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
            ignoring.await();
            // A fifth is kept for the next one, and one second for the goodbye.
            service.pass(Duration.ofSeconds(19));
            joinReport("stuck");
            assertThat(next.entered.getCount()).isOne();
            service.pass(Duration.ofSeconds(1));

            DrainResult result = drained.get();
            assertThat(result.outcome()).isEqualTo(DrainOutcome.PARTICIPANTS_ACTIVE);
            assertThat(result.total()).isEqualTo(Duration.ofSeconds(20));
            ParticipantResult reported = result.participants().get(0);
            assertThat(reported.state()).isEqualTo(State.UNFINISHED);
            assertThat(reported.elapsed()).isEqualTo(Duration.ofSeconds(19));
            assertThat(reported.active()).containsExactly("order 17", "order 18");
            // It may not wait yet, or just have been woken by the interruption that it ignores.
            assertThat(reported.detail())
                    .matches("in (\\S+, called in )?"
                            + "io[.]loadline[.]drain[.]DrainParticipantTest[.]ignoreInterruption"
                            + "\\(DrainParticipantTest[.]java:\\d+\\)");
            assertThat(result.participants().get(1).state()).isEqualTo(State.FINISHED);
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("PARTICIPANTS_ACTIVE", "'stuck' UNFINISHED after 19000 ms [order 17, order 18]");
        }
    }

    @Test
    void drain_thatIsTheLastAndNeverReturns_endsWithinTheDeadline() throws Exception {
        ScriptedParticipant stuck = new ScriptedParticipant("stuck", said).drain(this::ignoreInterruption);
        service.drain.add(stuck);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        stuck.entered.await();
        Duration took = service.beatUntil(drained);

        assertThat(took).isEqualTo(DEADLINE);
        assertThat(drained.get().outcome()).isEqualTo(DrainOutcome.PARTICIPANTS_ACTIVE);
        assertThat(drained.get().remainingInFlight()).isZero();
    }

    @Test
    void drain_thatHeedsTheInterrupt_letsTheDrainEndThen() throws Exception {
        ScriptedParticipant slow = new ScriptedParticipant("slow", said);
        service.drain.add(slow);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        slow.entered.await();
        service.pass(Duration.ofSeconds(24));
        slow.left.await();

        DrainResult result = drained.get();
        assertThat(result.total()).isEqualTo(Duration.ofSeconds(24));
        assertThat(result.participants().get(0).state()).isEqualTo(State.UNFINISHED);
    }

    /** As one should that catches an interrupt: its thread waits for the report nevertheless. */
    @Test
    void drain_thatKeepsTheInterrupt_isStillReported() throws Exception {
        ScriptedParticipant slow = new ScriptedParticipant("slow", said) {
            @Override
            public List<String> active() {
                Thread draining = runner;
                while (draining.getState() != Thread.State.TIMED_WAITING && draining.isAlive()) {
                    Thread.onSpinWait();
                }
                return List.of("order 17");
            }
        };
        slow.drain(() -> {
            try {
                slow.go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        service.drain.add(slow);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        slow.entered.await();
        service.pass(Duration.ofSeconds(24));

        assertThat(drained.get().participants().get(0).active()).containsExactly("order 17");
    }

    @Test
    void prepare_thatHangs_costsNobodyElseTheirTurn() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        service.drain.add(new ScriptedParticipant("hanging", said).prepare(() -> {
            hanging.countDown();
            ignoreInterruption();
        }));
        ScriptedParticipant good = new ScriptedParticipant("good", said).drain(() -> {});
        service.drain.add(good);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        hanging.await();
        joinRun("good");
        service.beatUntil(drained);

        assertThat(drained.get().total()).isEqualTo(DEADLINE);
        assertThat(drained.get().participants())
                .extracting(ParticipantResult::state)
                .containsExactly(State.UNFINISHED, State.FINISHED);
    }

    @Test
    void active_thatHangs_isLeftOut() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ScriptedParticipant stuck = new ScriptedParticipant("stuck", said) {
            @Override
            public List<String> active() {
                asked.countDown();
                ignoreInterruption();
                return List.of();
            }
        };
        service.drain.add(stuck);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        stuck.entered.await();
        service.pass(Duration.ofSeconds(24));
        asked.await();

        assertThat(drained.get().participants().get(0).active())
                .containsExactly("it did not tell what is still active");
    }

    @Test
    void active_thatThrows_isReportedAsThat() throws Exception {
        ScriptedParticipant stuck = new ScriptedParticipant("stuck", said) {
            @Override
            public List<String> active() {
                throw new IllegalStateException("mine");
            }
        };
        service.drain.add(stuck.drain(this::ignoreInterruption));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        stuck.entered.await();
        service.pass(Duration.ofSeconds(24));
        joinReport("stuck");
        service.beatUntil(drained);

        assertThat(drained.get().participants().get(0).active())
                .singleElement()
                .asString()
                .contains("IllegalStateException: mine");
    }

    /** Its executor is told nevertheless, in the last fifth. */
    @Test
    void request_thatNeverEnds_doesNotKeepAnExecutorFromItsTurn() throws Exception {
        Permit request = service.begin();
        ScriptedParticipant executor =
                new ScriptedParticipant("executor", said).forRequests().drain(() -> {});
        service.drain.add(executor);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        service.pass(Duration.ofMillis(19_900));
        assertThat(executor.entered.getCount()).isOne();
        service.beat();
        joinRun("executor");
        service.beatUntil(drained);

        assertThat(drained.get().outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
        assertThat(drained.get().total()).isEqualTo(DEADLINE);
        assertThat(drained.get().participants().get(0).state()).isEqualTo(State.FINISHED);
        assertThat(executor.timeLeft).isEqualTo(Duration.ofSeconds(4));
        request.success();
    }

    @Test
    void abort_interruptsWhoeverDrainsAndDismissesWhoWaits() throws Exception {
        ScriptedParticipant running = new ScriptedParticipant("running", said);
        ScriptedParticipant waiting = new ScriptedParticipant("waiting", said).order(1);
        service.drain.add(running);
        service.drain.add(waiting);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        running.entered.await();
        service.drain.abort();
        running.left.await();

        assertThat(drained.get().outcome()).isEqualTo(DrainOutcome.ABORTED);
        assertThat(drained.get().participants())
                .extracting(ParticipantResult::state)
                .containsOnly(State.UNFINISHED);
        assertThat(drained.get().participants().get(1).detail()).isEqualTo("its turn did not come");
        for (Thread thread : threads("loadline-drain waiting")) {
            thread.join(5_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(said).containsExactly("running");
    }

    @Test
    void add_afterTheAnnouncement_takesNoPart() throws Exception {
        Permit request = service.begin();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        service.drain.add(new ScriptedParticipant("late", said));
        request.success();

        assertThat(drained.get().participants()).isEmpty();
    }

    @Test
    void add_thenClosed_takesNoPart() throws Exception {
        service.drain.add(new ScriptedParticipant("gone", said)).close();

        assertThat(service.drainAsync(Settling.SKIP).get().participants()).isEmpty();
    }

    @Test
    void add_withoutAName_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> service.drain.add(new ScriptedParticipant(null, said)));
    }

    @Test
    void secondDrain_drainsParticipantsOnce() throws Exception {
        AtomicInteger times = new AtomicInteger();
        service.drain.add(new ScriptedParticipant("once", said).drain(times::incrementAndGet));
        service.drainAsync(Settling.SKIP).get();
        service.drainAsync(Settling.SKIP).get();

        assertThat(times).hasValue(1);
    }

    private void ignoreInterruption() {
        ignoring.countDown();
        for (; ; ) {
            try {
                released.await();
                return;
            } catch (InterruptedException e) {
                // That is what it is here for.
            }
        }
    }

    /** Participants run in real time: nothing may pass by the ticker before one has come to its end. */
    private static void joinRun(String name) throws InterruptedException {
        for (Thread thread : threads("loadline-drain " + name)) {
            thread.join(5_000);
        }
    }

    /** What is still active is asked in a thread of its own. */
    private static void joinReport(String name) throws InterruptedException {
        for (Thread thread : threads("loadline-drain-report " + name)) {
            thread.join(5_000);
        }
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }
}
