/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which of the calls that are tried again are counted, at a limit of one. */
class AttemptsTest {
    private static final CallContext SECOND = CallContext.NONE.attempt(2);

    private final ManualTicker ticker = new ManualTicker();
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("attempts")
            .algorithm(() -> FixedLimit.of(1))
            .ticker(ticker)
            .build();
    private final Route route = limiter.route("work");

    @Test
    void attemptsAfterTheFirst_areCounted_servedOrShed() {
        Permit served = limiter.tryAcquire(route, SECOND);
        assertThat(limiter.tryAcquire(route, SECOND)).isNull();
        assertThat(limiter.tryAcquire(route, CallContext.NONE.attempt(3))).isNull();
        assertThat(limiter.tryAcquire(route)).isNull();
        served.success();

        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 3));
    }

    @Test
    void attempt_thatWaits_isCountedOnce_servedOrNot() {
        Permit first = limiter.tryAcquire(route);
        CompletableFuture<Permit> waits =
                limiter.acquireAsync(route, SECOND, Duration.ofSeconds(1)).toCompletableFuture();
        assertThat(limiter.stats(route).repeated()).isEqualTo(1);
        first.success();
        waits.join().success();
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));

        Permit other = limiter.tryAcquire(route);
        CompletableFuture<Permit> inVain =
                limiter.acquireAsync(route, SECOND, Duration.ofSeconds(1)).toCompletableFuture();
        ticker.advance(Duration.ofSeconds(2));
        limiter.beat();
        assertThatThrownBy(inVain::join).hasCause(RejectedException.of(RejectionReason.QUEUE));
        other.success();
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2));
    }

    /** Those are no demand, so there is nothing to take from it. */
    @Test
    void attempt_thatIsRefusedForAnotherReason_isNotCounted() {
        CallContext late = SECOND.timeout(Duration.ofSeconds(1), ticker);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(limiter.tryAcquire(route, late)).isNull();
        limiter.refuseAll(() -> {});
        assertThat(limiter.tryAcquire(route, SECOND)).isNull();

        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0));
    }

    /** It would cost each call its arrival. */
    @Test
    void attempts_doNotBringCriticalityIntoUse() {
        assertThat(limiter.tryAcquire(route, SECOND)).isNotNull();
        limiter.beat();

        assertThat(limiter.statsByCriticality()).isEmpty();
    }
}
