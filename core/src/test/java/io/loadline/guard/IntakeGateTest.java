/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.ManualClock;
import io.loadline.availability.Availability;
import io.loadline.guard.IntakeState.Reason;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gate shuts when the service has enough to do, and opens with hysteresis. */
@Timeout(20)
class IntakeGateTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final ManualClock clock = new ManualClock();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final Availability availability = Availability.create(clock);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
            .algorithm(() -> FixedLimit.of(2))
            .ticker(ticker)
            .build();
    private final Route route = limiter.route("messages");
    private final List<Reason> changes = new ArrayList<>();
    private double load;
    private final IntakeGate gate = gate();

    private IntakeGate gate() {
        IntakeGate.Builder builder = IntakeGate.builder(limiter, availability, heartbeat)
                .load(() -> load)
                .settings(new IntakeSettings(
                        1.1, 0.9, Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMillis(500)))
                .clock(clock);
        builder.executor = Runnable::run;
        IntakeGate built = builder.build();
        built.listen(state -> changes.add(state.reason()));
        return built;
    }

    @Test
    void load_shutsAndOpensWithHysteresis() {
        run(1.0, Duration.ofSeconds(10));
        assertThat(gate.isOpen()).isTrue();
        run(1.2, Duration.ofMillis(100));
        assertThat(gate.state().reason()).isEqualTo(Reason.LOAD);
        run(1.0, Duration.ofMinutes(10));
        assertThat(gate.isOpen()).isFalse();
        run(0.8, Duration.ofMillis(1900));
        assertThat(gate.isOpen()).isFalse();
        run(0.8, Duration.ofMillis(300));
        assertThat(gate.isOpen()).isTrue();
        assertThat(changes).containsExactly(Reason.LOAD, Reason.NONE);
        assertThat(gate.pauses()).isEqualTo(1);
    }

    @Test
    void load_thatFallsAsItShuts_doesNotMakeItFlap() {
        for (int i = 0; i < 100; i++) {
            run(gate.isOpen() ? 2 : 0.1, SECOND);
        }
        assertThat(gate.pauses()).isLessThanOrEqualTo(100 / 6 + 1);
    }

    @Test
    void limiter_thatRefusesCalls_shutsIt() {
        List<Permit> held = hold(2);
        for (int second = 0; second < 2; second++) {
            assertThat(limiter.tryAcquire()).isNull();
            limiter.beat();
            run(0.5, SECOND);
        }
        assertThat(gate.state().reason()).isEqualTo(Reason.LIMIT);
        held.forEach(Permit::close);
        run(0.5, Duration.ofSeconds(9));
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void limiter_fullOfOthers_shutsItAfterASecond() {
        List<Permit> held = hold(2);
        run(0.5, Duration.ofMillis(900));
        assertThat(gate.isOpen()).isTrue();
        run(0.5, Duration.ofMillis(300));
        assertThat(gate.state().reason()).isEqualTo(Reason.LIMIT);
        held.forEach(Permit::close);
    }

    @Test
    void limiter_fullInShadowMode_doesNotShutIt() {
        limiter.enforcement(Enforcement.SHADOW);
        List<Permit> held = hold(3);
        run(0.5, Duration.ofSeconds(10));
        assertThat(gate.isOpen()).isTrue();
        held.forEach(Permit::close);
    }

    /** Who works a backlog off takes the whole limit, and must not be stopped for that. */
    @Test
    void limiter_fullOfMessages_doesNotShutIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch released = new CountDownLatch(1);
        List<CompletableFuture<Void>> messages = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            messages.add(handleAside(() -> {
                begun.countDown();
                released.await();
            }));
        }
        begun.await();
        assertThat(limiter.inFlight()).isEqualTo(limiter.limit());
        run(0.9, Duration.ofSeconds(10));
        assertThat(gate.isOpen()).isTrue();
        released.countDown();
        messages.forEach(CompletableFuture::join);
    }

    @Test
    void noLoad_holdsForAMinute() {
        run(1.2, SECOND);
        run(Double.NaN, Duration.ofSeconds(58));
        assertThat(gate.isOpen()).isFalse();
        run(Double.NaN, Duration.ofSeconds(5));
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void leaving_shutsItAtOnceAndForGood() {
        assertThat(gate.isOpen()).isTrue();
        availability.draining("test");
        assertThat(gate.state().reason()).isEqualTo(Reason.LEAVING);
        run(0.1, Duration.ofMinutes(10));
        assertThat(gate.isOpen()).isFalse();
        assertThat(gate.pauses()).isZero();
        assertThat(changes).containsExactly(Reason.LEAVING);
    }

    @Test
    void leaving_beforeAnybodyAsked_isKnownAtOnce() {
        IntakeGate late = IntakeGate.builder(limiter, availability, heartbeat).build();
        availability.draining("test");
        assertThat(late.isUsed()).isFalse();
        assertThat(late.isOpen()).isFalse();
    }

    @Test
    void awaitOpen_returnsWhenItOpens() throws Exception {
        assertThat(gate.awaitOpen(Duration.ZERO)).isTrue();
        run(2, SECOND);
        assertThat(gate.awaitOpen(Duration.ZERO)).isFalse();
        assertThat(gate.awaitOpen(Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> open = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                open.complete(gate.awaitOpen(Duration.ofDays(100_000)));
            } catch (InterruptedException e) {
                open.completeExceptionally(e);
            }
        });
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        run(0.1, Duration.ofSeconds(10));
        assertThat(open.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void awaitOpen_thatIsInterrupted_throws() {
        run(2, SECOND);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> gate.awaitOpen(Duration.ofDays(1))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void handle_atTheLimit_waitsForItsTurnWhetherOpenOrNot() throws Exception {
        gate.settings(gate.settings().maxWait(Duration.ofSeconds(20)));
        run(2, SECOND);
        assertThat(gate.isOpen()).isFalse();
        List<Permit> held = hold(2);
        CompletableFuture<Void> handled = handleAside(() -> {});
        while (limiter.waiting().waiting() == 0) {
            Thread.onSpinWait();
        }
        assertThat(handled).isNotDone();
        held.forEach(Permit::close);
        handled.get(10, TimeUnit.SECONDS);
    }

    @Test
    void handle_thatWaitsInVain_hasNotBegun() {
        List<Permit> held = hold(2);
        List<String> begun = new ArrayList<>();
        gate.settings(gate.settings().maxWait(Duration.ZERO));
        assertThatThrownBy(() -> gate.handle(route, () -> begun.add("begun")))
                .isSameAs(RejectedException.of(RejectionReason.LIMIT));
        assertThat(begun).isEmpty();
        held.forEach(Permit::close);
    }

    /** Nobody else may wait, so that it is refused at once; it tries again at beats. */
    @Test
    void handle_whereCallsAreRefusedAtOnce_triesAgain() throws Exception {
        ConcurrencyLimiter noWaiting = ConcurrencyLimiter.builder("no waiting")
                .algorithm(() -> FixedLimit.of(1))
                .maxWaiters(0)
                .ticker(ticker)
                .build();
        IntakeGate.Builder builder = IntakeGate.builder(noWaiting, availability, heartbeat)
                .settings(IntakeSettings.DEFAULT.maxWait(Duration.ofSeconds(20)));
        builder.executor = Runnable::run;
        IntakeGate strict = builder.build();
        Permit held = noWaiting.tryAcquire();
        assertThat(held).isNotNull();
        CompletableFuture<String> handled = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                handled.complete(strict.handle(noWaiting.otherRoute(), () -> "done"));
            } catch (Exception e) {
                handled.completeExceptionally(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        held.close();
        heartbeat.beat();
        assertThat(handled.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void handle_ofAServiceThatTakesNoMore_isRefusedAtOnce() {
        limiter.refuseAll(() -> {});
        assertThatThrownBy(() -> gate.handle(route, () -> "done")).isInstanceOf(RejectedException.class);
    }

    /** What the message itself throws is not taken for a refusal of the message. */
    @Test
    void handle_ofAMessageThatIsRefusedFurtherDown_isBegunOnce() {
        List<String> begun = new ArrayList<>();
        gate.settings(gate.settings().maxWait(SECOND));
        assertThatThrownBy(() -> gate.handle(route, () -> {
                    begun.add("begun");
                    throw RejectedException.of(RejectionReason.LIMIT);
                }))
                .isInstanceOf(RejectedException.class);
        assertThat(begun).hasSize(1);
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void handle_ofAMessageThatThrowsAnError_givesItsPlaceBack() {
        assertThatThrownBy(() -> gate.handle(route, () -> {
                    throw new NoClassDefFoundError("mine");
                }))
                .isInstanceOf(NoClassDefFoundError.class);
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void settings_applyFromTheNextBeatOn() {
        run(1.0, SECOND);
        gate.settings(gate.settings().loads(0.8, 0.6).times(Duration.ZERO, Duration.ZERO));
        run(1.0, Duration.ofMillis(100));
        assertThat(gate.isOpen()).isFalse();
        gate.settings(gate.settings().loads(2, 1.5));
        run(1.0, Duration.ofMillis(100));
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void settings_refuseNonsense() {
        IntakeSettings some = IntakeSettings.DEFAULT;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.loads(1, 1))
                .withMessage("resumeBelow must be above 0 and below pauseAbove: 1.0, 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> some.loads(Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> some.loads(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> some.loads(Double.POSITIVE_INFINITY, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> some.maxWait(Duration.ofMinutes(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> some.times(Duration.ofSeconds(-1), SECOND));
    }

    @Test
    void loadThatThrows_leavesTheLimitersWord() {
        IntakeGate.Builder builder = IntakeGate.builder(limiter, availability, heartbeat)
                .load(() -> {
                    throw new NoClassDefFoundError("mine");
                });
        builder.executor = Runnable::run;
        IntakeGate failing = builder.build();
        assertThat(failing.isOpen()).isTrue();
        List<Permit> held = hold(2);
        run(0, Duration.ofSeconds(2));
        assertThat(failing.isOpen()).isFalse();
        held.forEach(Permit::close);
    }

    @Test
    void listener_thatBlocks_holdsUpNobody() throws Exception {
        IntakeGate blocked = IntakeGate.builder(limiter, availability, heartbeat)
                .load(() -> load)
                .build();
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        blocked.listen(state -> {
            told.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        run(2, SECOND);
        told.await();
        assertThat(blocked.isOpen()).isFalse();
        run(0.1, Duration.ofSeconds(10));
        assertThat(blocked.isOpen()).isTrue();
        released.countDown();
    }

    private List<Permit> hold(int calls) {
        List<Permit> held = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            Permit permit = limiter.tryAcquire();
            assertThat(permit).isNotNull();
            held.add(permit);
        }
        return held;
    }

    private CompletableFuture<Void> handleAside(Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                gate.<Object>handle(route, () -> {
                    work.run();
                    return "done";
                });
                done.complete(null);
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private void run(double newLoad, Duration duration) {
        load = newLoad;
        for (long beats = duration.toMillis() / 100; beats > 0; beats--) {
            ticker.advance(Heartbeat.PERIOD);
            clock.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }
}
