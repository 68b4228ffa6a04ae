/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.availability.DependencyCheck.Effect;
import io.loadline.availability.DependencyStatus.State;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dependencies that are there, are not, hang and flap. Checks run in real threads, time is virtual. */
@Timeout(20)
class DependencyChecksTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final Availability availability = Availability.create(InstantSource.system());
    private final AtomicInteger asked = new AtomicInteger();
    private final List<DependencyChecks> opened = new ArrayList<>();
    private volatile Callable<Boolean> answer = () -> true;

    @AfterEach
    void close() {
        opened.forEach(DependencyChecks::close);
    }

    @Test
    void start_waitsForTheFirstSuccess() throws Exception {
        DependencyChecks checks = watch(builder -> builder);
        answer = () -> false;
        assertThat(availability.ready("listens")).isTrue();
        assertThat(isReady()).isFalse();
        assertThat(availability.readinessHolds()).containsExactly("dependency 'db' has not answered yet");
        pass(Duration.ofSeconds(3));
        assertThat(isReady()).isFalse();
        assertThat(asked.get()).isGreaterThanOrEqualTo(3);
        answer = () -> true;
        pass(Duration.ofSeconds(2));

        assertThat(isReady()).isTrue();
        assertThat(status(checks).state()).isEqualTo(State.UP);
        assertThat(status(checks).holding()).isFalse();
    }

    @Test
    void start_onceUp_neverTakesReadinessDown() throws Exception {
        DependencyChecks checks = watch(builder -> builder);
        becomeReady();
        answer = () -> {
            throw new IllegalStateException("mine");
        };
        pass(Duration.ofMinutes(5));

        assertThat(status(checks).state()).isEqualTo(State.DOWN);
        assertThat(status(checks).lastFailure()).contains("mine");
        assertThat(isReady()).isTrue();
        assertThat(availability.liveness()).isEqualTo(LivenessState.CORRECT);
    }

    @Test
    void add_afterwards_isAskedAndWaitedForToo() throws Exception {
        DependencyChecks checks = DependencyChecks.create(List.of(), availability, heartbeat);
        opened.add(checks);
        checks.add(DependencyCheck.builder("db", this::ask).build());
        assertThat(availability.ready("listens")).isTrue();
        assertThat(isReady()).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(isReady()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        checks.add(DependencyCheck.builder("db", () -> true).build()))
                .withMessageContaining("'db'");
    }

    @Test
    void report_neverHoldsReadiness() throws Exception {
        DependencyChecks checks = watch(builder -> builder.effect(Effect.REPORT));
        answer = () -> false;
        assertThat(availability.ready("listens")).isTrue();
        assertThat(isReady()).isTrue();
        pass(Duration.ofMinutes(1));

        assertThat(isReady()).isTrue();
        assertThat(status(checks).state()).isEqualTo(State.DOWN);
    }

    @Test
    void readiness_followsWithHysteresisAndNeverTouchesLiveness() throws Exception {
        DependencyChecks checks = watch(builder -> builder.effect(Effect.READINESS)
                .jitter(0)
                .spread(Duration.ZERO)
                .every(Duration.ofSeconds(5))
                .hysteresis(3, 2));
        becomeReady();
        int before = asked.get();
        answer = () -> false;
        passUntilAsked(before + 2);
        assertThat(isReady()).isTrue();
        assertThat(status(checks).failures()).isEqualTo(2);
        passUntilAsked(before + 3);
        pass(Heartbeat.PERIOD);
        assertThat(isReady()).isFalse();
        assertThat(availability.readinessHolds()).singleElement().asString().contains("'db' is down");
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
        assertThat(availability.liveness()).isEqualTo(LivenessState.CORRECT);

        answer = () -> true;
        passUntilAsked(before + 4);
        pass(Heartbeat.PERIOD);
        assertThat(isReady()).isFalse();
        passUntilAsked(before + 5);
        pass(Heartbeat.PERIOD);
        assertThat(isReady()).isTrue();
    }

    @Test
    void failures_fewerThanItTakes_changeNothing() throws Exception {
        watch(builder -> builder.effect(Effect.READINESS).jitter(0).hysteresis(3, 2));
        becomeReady();
        AtomicInteger count = new AtomicInteger();
        answer = () -> count.incrementAndGet() % 3 == 0;
        for (int i = 0; i < 3_000; i++) {
            beat();
            assertThat(isReady()).isTrue();
        }
        assertThat(count.get()).isGreaterThan(50);
    }

    /** However long it hangs there is one thread, no probe waits, and it counts as a failure each time. */
    @Test
    void check_thatHangs_isOneThreadAndCountsAsFailures() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        DependencyChecks checks = watch(builder ->
                builder.effect(Effect.READINESS).jitter(0).spread(Duration.ZERO).timeout(Duration.ofSeconds(1)));
        becomeReady();
        answer = () -> {
            entered.countDown();
            for (; ; ) {
                try {
                    released.await();
                    return true;
                } catch (InterruptedException e) {
                    // Like a driver that does not heed it.
                }
            }
        };
        int before = asked.get();
        while (asked.get() == before) {
            beat();
        }
        entered.await();
        for (int i = 0; i < 150; i++) {
            ticker.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }
        assertThat(asked).hasValue(before + 1);
        assertThat(checkThreads()).hasSize(1);
        assertThat(status(checks).state()).isEqualTo(State.DOWN);
        assertThat(status(checks).lastFailure()).contains("hangs since");
        assertThat(isReady()).isFalse();

        // The late answer is not a success: it was counted as a failure.
        answer = () -> true;
        List<Thread> hanging = checkThreads();
        released.countDown();
        for (Thread thread : hanging) {
            thread.join();
        }
        assertThat(status(checks).state()).isEqualTo(State.DOWN);
        pass(Duration.ofSeconds(11));
        assertThat(isReady()).isTrue();
    }

    @Test
    void check_thatHeedsTheInterrupt_isAskedAgainInTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        DependencyChecks checks = watch(builder -> builder.jitter(0).timeout(Duration.ofSeconds(1)));
        becomeReady();
        CountDownLatch entered = new CountDownLatch(1);
        answer = () -> {
            entered.countDown();
            never.await();
            return true;
        };
        int before = asked.get();
        while (asked.get() == before) {
            beat();
        }
        entered.await();
        List<Thread> hanging = checkThreads();
        for (int i = 0; i < 11; i++) {
            ticker.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }
        for (Thread thread : hanging) {
            thread.join();
        }
        assertThat(status(checks).lastFailure()).isEqualTo("no answer within 1000 ms");
        answer = () -> true;
        passUntilAsked(before + 2);

        assertThat(status(checks).failures()).isZero();
    }

    /**
     * Twenty instances that share a dependency which is slow for twelve seconds, then gone for a minute: nobody flaps in
     * the first case, and in the second they do not go in the same second.
     */
    @Test
    void instances_withASharedDependency_doNotGoTogether() throws Exception {
        List<Availability> pods = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            Availability pod = Availability.create(InstantSource.system());
            Random random = new Random(seed);
            DependencyCheck check = DependencyCheck.builder("db", () -> ask())
                    .effect(Effect.READINESS)
                    .random(random::nextDouble)
                    .build();
            opened.add(DependencyChecks.create(List.of(check), pod, heartbeat));
            assertThat(pod.ready("listens")).isTrue();
            pods.add(pod);
        }
        pass(Duration.ofSeconds(20));
        assertThat(pods).allMatch(pod -> pod.readiness() == ReadinessState.ACCEPTING_TRAFFIC);
        answer = () -> false;
        for (int i = 0; i < 80; i++) {
            beat();
            assertThat(pods).allMatch(pod -> pod.readiness() == ReadinessState.ACCEPTING_TRAFFIC);
        }
        answer = () -> true;
        pass(Duration.ofSeconds(20));
        assertThat(pods).allMatch(pod -> pod.readiness() == ReadinessState.ACCEPTING_TRAFFIC);

        answer = () -> false;
        int most = 0;
        int down = 0;
        for (int second = 0; second < 40; second++) {
            pass(Duration.ofSeconds(1));
            int now = (int) pods.stream()
                    .filter(pod -> pod.readiness() == ReadinessState.REFUSING_TRAFFIC)
                    .count();
            most = Math.max(most, now - down);
            down = now;
        }
        assertThat(down).isEqualTo(20);
        assertThat(most).isLessThanOrEqualTo(6);
    }

    @Test
    void close_letsReadinessGoAndEndsTheChecks() throws Exception {
        DependencyChecks checks = watch(builder -> builder);
        answer = () -> false;
        assertThat(availability.ready("listens")).isTrue();
        pass(Duration.ofSeconds(2));
        checks.close();
        int before = asked.get();
        pass(Duration.ofSeconds(10));

        assertThat(isReady()).isTrue();
        assertThat(asked).hasValue(before);
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        DependencyCheck.Builder builder = DependencyCheck.builder("db", () -> true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DependencyCheck.builder(" ", () -> true))
                .withMessage("name must not be blank: ' '");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timeout(Duration.ZERO))
                .withMessage("timeout must be positive: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.every(Duration.ofSeconds(-1)))
                .withMessage("every must be positive: PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.hysteresis(0, 1))
                .withMessage("failuresToGoDown must be at least 1: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.jitter(1.5))
                .withMessage("jitter must be between 0 and 1: 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.spread(Duration.ofSeconds(-1)))
                .withMessage("spread must not be negative: PT-1S");
    }

    private DependencyChecks watch(UnaryOperator<DependencyCheck.Builder> configure) {
        Random random = new Random(1);
        DependencyCheck.Builder builder =
                DependencyCheck.builder("db", this::ask).random(random::nextDouble);
        DependencyChecks checks =
                DependencyChecks.create(List.of(configure.apply(builder).build()), availability, heartbeat);
        opened.add(checks);
        return checks;
    }

    private boolean ask() throws Exception {
        asked.incrementAndGet();
        return answer.call();
    }

    private void becomeReady() throws Exception {
        assertThat(availability.ready("listens")).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(isReady()).isTrue();
    }

    private boolean isReady() {
        return availability.readiness() == ReadinessState.ACCEPTING_TRAFFIC;
    }

    private static DependencyStatus status(DependencyChecks checks) {
        return checks.statuses().get(0);
    }

    private void pass(Duration duration) throws InterruptedException {
        for (Duration left = duration; !left.isZero(); left = left.minus(Heartbeat.PERIOD)) {
            beat();
        }
    }

    private void passUntilAsked(int times) throws InterruptedException {
        while (asked.get() < times) {
            beat();
        }
    }

    /** A beat, and the end of the checks that it began. */
    private void beat() throws InterruptedException {
        ticker.advance(Heartbeat.PERIOD);
        heartbeat.beat();
        for (Thread thread : checkThreads()) {
            thread.join(1_000);
        }
    }

    private static List<Thread> checkThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("loadline-check db"))
                .toList();
    }
}
