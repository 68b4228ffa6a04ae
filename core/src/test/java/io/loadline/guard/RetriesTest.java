/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.limit.CallContext;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RetriesTest {
    private final ManualTicker ticker = new ManualTicker();
    private final RetryBudget budget =
            RetryBudget.builder().ticker(ticker).minPerSecond(0.2).build();
    private final DependencyGuard guard = DependencyGuard.builder("inventory")
            .ticker(ticker)
            .executor(Runnable::run)
            .retryBudget(budget)
            .window(1_000, 1_000)
            .build();
    private final List<Duration> pauses = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final Retries retries = Retries.builder(guard, budget)
            .attempts(3)
            .backoff(Duration.ofMillis(100), Duration.ofMillis(150))
            .random(() -> 1)
            .pause(nanos -> {
                pauses.add(Duration.ofNanos(nanos));
                ticker.advanceNanos(nanos);
            })
            .build();

    @Test
    void call_thatFailsOnce_isRepeated_afterAPause() throws Exception {
        assertThat(retries.call(() -> failTimes(1))).isEqualTo("answer");

        assertThat(calls).hasValue(2);
        assertThat(pauses).containsExactly(Duration.ofMillis(100));
        assertThat(guard.stats().failed()).isEqualTo(1);
    }

    @Test
    void refusedCalls_addNothingToTheBudget() {
        guard.circuitBreaker().transitionToForcedOpenState();
        for (int i = 0; i < 100; i++) {
            assertThat(guard.tryAcquire()).isNull();
        }
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isFalse();
    }

    @Test
    void refusals_areNotRepeated_whateverTheyCountAs() {
        DependencyGuard strict = DependencyGuard.builder("inventory")
                .ticker(ticker)
                .outcomeOf(failure -> GuardOutcome.FAILURE)
                .concurrency(1)
                .build();
        Retries patient = Retries.builder(strict, budget)
                .pause(nanos -> calls.incrementAndGet())
                .build();
        GuardPermit permit = strict.acquire();
        assertThatExceptionOfType(GuardRefusedException.class).isThrownBy(() -> patient.call(() -> "answer"));
        permit.success();

        assertThat(calls).hasValue(0);
    }

    @Test
    void call_thatFailsAlways_isRepeatedAsOftenAsToldAndNoMore() {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> retries.call(() -> failTimes(9)));

        assertThat(calls).hasValue(3);
        assertThat(pauses).containsExactly(Duration.ofMillis(100), Duration.ofMillis(150));
    }

    @Test
    void call_thatIsRefusedOrSaysNothing_isNotRepeated() {
        guard.circuitBreaker().transitionToForcedOpenState();
        assertThatExceptionOfType(GuardRefusedException.class).isThrownBy(() -> retries.call(() -> failTimes(9)));
        guard.circuitBreaker().transitionToClosedState();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> retries.call(() -> {
                    calls.incrementAndGet();
                    throw new InterruptedException();
                }));

        assertThat(calls).hasValue(1);
        assertThat(budget.allowed()).isZero();
    }

    @Test
    @SuppressWarnings("try")
    void call_forWhichNoTimeIsLeft_isNotRepeated() {
        try (CallContext.Scope scope =
                CallContext.NONE.timeout(Duration.ofMillis(90), ticker).open()) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> retries.call(() -> failTimes(9)));
        }
        assertThat(calls).hasValue(1);
        assertThat(budget.allowed()).isZero();
    }

    @Test
    void retries_ofAnOverload_areATenthOfTheFirstCalls() {
        guard.circuitBreaker().transitionToDisabledState();
        int firstCalls = 1_000;
        for (int i = 0; i < firstCalls; i++) {
            ticker.advance(Duration.ofMillis(5));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> retries.call(() -> failTimes(9_999)));
        }

        // Not a ninth, which it would be if retries were allowed for retries.
        assertThat(calls.get() - firstCalls).isEqualTo((int) budget.allowed()).isBetween(95, 102);
        assertThat(budget.denied()).isGreaterThan(800);
    }

    @Test
    void call_whoseRepetitionIsRefused_failsAsItDid() {
        Retries interrupted = Retries.builder(guard, budget)
                .pause(nanos -> guard.circuitBreaker().transitionToForcedOpenState())
                .build();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> interrupted.call(() -> failTimes(9)));

        assertThat(calls).hasValue(1);
    }

    @Test
    void call_refusedOrInterrupted_isNotRepeated_whateverTheGuardIsToldOfIt() {
        DependencyGuard strict = DependencyGuard.builder("strict")
                .ticker(ticker)
                .outcomeOf(failure -> GuardOutcome.FAILURE)
                .concurrency(1)
                .build();
        Retries all = Retries.builder(strict, budget).pause(nanos -> {}).build();
        GuardPermit only = strict.acquire();
        assertThatExceptionOfType(GuardRefusedException.class).isThrownBy(() -> all.call(() -> failTimes(9)));
        only.close();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> all.call(() -> {
                    calls.incrementAndGet();
                    throw new InterruptedException();
                }));

        assertThat(calls).hasValue(1);
        assertThat(budget.allowed()).isZero();
    }

    @Test
    void budget_withLittleTraffic_hasAFloor_andForgetsWhatIsOld() {
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isFalse();
        ticker.advance(Duration.ofSeconds(9));
        assertThat(budget.tryRetry()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(budget.tryRetry()).isTrue();
    }

    @Test
    void budget_ofTrafficThatHasStopped_isGone() {
        for (int i = 0; i < 1_000; i++) {
            budget.request();
        }
        for (int i = 0; i < 60; i++) {
            assertThat(budget.tryRetry()).isTrue();
        }
        ticker.advance(Duration.ofSeconds(30));
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isTrue();
        assertThat(budget.tryRetry()).isFalse();
    }

    @Test
    void builders_refuseNonsense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetryBudget.builder().ratio(1.1))
                .withMessageContaining("1.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetryBudget.builder().minPerSecond(-1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retries.builder(guard, budget).attempts(0))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retries.builder(guard, budget).backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    }

    private String failTimes(int times) throws IOException {
        if (calls.incrementAndGet() <= times) {
            throw new IOException("down");
        }
        return "answer";
    }
}
