/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When arrivals are counted by criticality, which costs each call something. */
class CriticalityUseTest {
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final CallContext LOW = CallContext.of(Criticality.SHEDDABLE);

    private final ManualTicker ticker = new ManualTicker();
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("used")
            .algorithm(() -> new ScriptedLimit(4))
            .ticker(ticker)
            .build();
    private final Route route = limiter.otherRoute();

    @Test
    void oneCall_thatMattersLess_isCountedForButSomeMinutes() {
        call(LOW);
        call(CallContext.NONE);
        pass(MINUTE.multipliedBy(4));
        call(CallContext.NONE);
        assertThat(arrived(Criticality.CRITICAL)).isEqualTo(2);

        pass(MINUTE.multipliedBy(2));
        call(CallContext.NONE);
        assertThat(arrived(Criticality.CRITICAL)).isEqualTo(2);
        assertThat(arrived(Criticality.SHEDDABLE)).isOne();

        call(LOW);
        call(CallContext.NONE);
        assertThat(arrived(Criticality.CRITICAL)).isEqualTo(3);
        assertThat(arrived(Criticality.SHEDDABLE)).isEqualTo(2);
    }

    @Test
    void calls_thatNameACohortNowAndThen_areCountedOn() {
        for (int i = 0; i < 5; i++) {
            call(CallContext.NONE.cohort("a"));
            pass(MINUTE.multipliedBy(4));
        }
        call(CallContext.NONE);
        assertThat(arrived(Criticality.CRITICAL)).isEqualTo(6);
    }

    @Test
    void route_thatMattersLess_isCountedForGood() {
        limiter.route("batch").criticality(Criticality.SHEDDABLE);
        pass(MINUTE.multipliedBy(20));
        call(CallContext.NONE);
        assertThat(arrived(Criticality.CRITICAL)).isOne();
    }

    @Test
    void call_thatComesTooLate_isCountedAndNoneBesides() {
        CallContext late = CallContext.NONE.timeout(Duration.ZERO, ticker);
        assertThat(limiter.tryAcquire(route, late)).isNull();
        call(CallContext.NONE);
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL)).isEqualTo(new CriticalityStats(0, 0, 0, 1));
    }

    @Test
    void call_thatWaitsWhileNobodyComes_isCountedToItsEnd() {
        for (int i = 0; i < 4; i++) {
            assertThat(limiter.tryAcquire(route)).isNotNull();
        }
        CompletableFuture<Permit> low =
                limiter.acquireAsync(route, LOW, Duration.ofDays(1)).toCompletableFuture();
        CompletableFuture<Permit> usual = limiter.acquireAsync(route, CallContext.NONE, Duration.ofDays(1))
                .toCompletableFuture();
        pass(MINUTE.multipliedBy(10));
        low.cancel(false);
        usual.cancel(false);
        assertThat(limiter.statsByCriticality().get(Criticality.SHEDDABLE)).isEqualTo(new CriticalityStats(1, 1, 0, 0));
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL)).isEqualTo(new CriticalityStats(1, 1, 0, 0));
    }

    /** The end of counting comes between a call's judgement and its refusal. */
    @Test
    void call_thatWasJudgedBeforeCountingEnded_isCountedToItsEnd() {
        PriorityThreshold threshold = new PriorityThreshold(new AdmissionWord(4), 0);
        assertThat(threshold.counting(route, LOW)).isNotNull();
        threshold.beat(0);
        ArrivalCounts counted = threshold.counting(route, CallContext.NONE);
        threshold.beat(MINUTE.toNanos() * 5);
        assertThat(threshold.inUse()).isFalse();
        assertThat(threshold.judge(counted, route, LOW, Enforcement.ENFORCE, false))
                .isEqualTo(PriorityThreshold.PASSED);
        threshold.count(counted, route, LOW, AdmissionWord.REFUSED_LIMIT);
        assertThat(threshold.stats().get(Criticality.SHEDDABLE)).isEqualTo(new CriticalityStats(1, 1, 0, 0));
    }

    private void call(CallContext context) {
        Permit permit = limiter.tryAcquire(route, context);
        assertThat(permit).isNotNull();
        permit.success();
    }

    private void pass(Duration time) {
        for (long beats = time.dividedBy(BEAT); beats > 0; beats--) {
            ticker.advance(BEAT);
            limiter.beat();
        }
    }

    private long arrived(Criticality criticality) {
        return limiter.statsByCriticality().get(criticality).arrived();
    }
}
