/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SeenTrafficTest {
    private final ManualTicker ticker = new ManualTicker();
    private final DependencyGuard guard = DependencyGuard.builder("inventory")
            .ticker(ticker)
            .executor(Runnable::run)
            .window(100_000, 100_000)
            .build();

    @Test
    void suggestions_beforeAThousandCalls_areNone() {
        seconds(9, 100, 0, 10);
        assertThat(guard.suggestions()).isEmpty();
        seconds(2, 100, 0, 10);

        assertThat(guard.suggestions()).isPresent();
    }

    @Test
    void suggestions_comeFromWhatIsOrdinary() {
        seconds(60, 100, 8, 20);

        GuardSuggestions suggested = guard.suggestions().orElseThrow();
        assertThat(suggested.p99()).isBetween(Duration.ofMillis(20), Duration.ofMillis(23));
        assertThat(suggested.slowCall()).isBetween(Duration.ofMillis(60), Duration.ofMillis(70));
        assertThat(suggested.ordinaryFailureRate()).isEqualTo(0.08, within(0.001));
        assertThat(suggested.failureRate()).isEqualTo(0.32, within(0.01));
        assertThat(suggested.calls()).isBetween(5_000L, 6_100L);
    }

    @Test
    void suggestions_areNotMovedByAnIncident() {
        seconds(120, 100, 0, 20);
        seconds(60, 100, 80, 900);

        GuardSuggestions suggested = guard.suggestions().orElseThrow();
        assertThat(suggested.slowCall()).isLessThan(Duration.ofMillis(70));
        assertThat(suggested.failureRate()).isEqualTo(0.2);
    }

    @Test
    void suggestions_areNeverApplied() {
        seconds(60, 100, 0, 20);
        assertThat(guard.suggestions()).isPresent();

        assertThat(guard.circuitBreaker().getCircuitBreakerConfig().getSlowCallDurationThreshold())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void p99_forgetsWhatIsOld() {
        seconds(30, 100, 0, 500);
        assertThat(guard.stats().p99()).isBetween(Duration.ofMillis(500), Duration.ofMillis(563));
        seconds(30, 100, 0, 5);

        assertThat(guard.stats().p99()).isBetween(Duration.ofMillis(5), Duration.ofMillis(6));
        assertThat(guard.stats().mean()).isEqualTo(Duration.ofMillis(5));
    }

    /** So many seconds with so many calls each, of which so many per cent fail, and each takes so long. */
    private void seconds(int seconds, int calls, int failures, int millis) {
        for (int second = 0; second < seconds; second++) {
            for (int i = 0; i < calls; i++) {
                GuardPermit permit = guard.acquire();
                ticker.advance(Duration.ofMillis(millis));
                permit.end(i < failures ? GuardOutcome.FAILURE : GuardOutcome.SUCCESS);
                // Calls run side by side: what one takes is no time that passes.
                ticker.advance(Duration.ofMillis(-millis));
            }
            ticker.advance(Duration.ofSeconds(1));
            guard.beat();
        }
    }
}
