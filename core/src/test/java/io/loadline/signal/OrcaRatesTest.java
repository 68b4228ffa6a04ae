/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.limit.LimiterStats;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class OrcaRatesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Offset<Double> EXACT = within(1e-9);

    private final OrcaRates rates = new OrcaRates();
    private LimiterStats stats = LimiterStats.ZERO;
    private long nowNanos = -3_000_000_000L; // which a ticker may well read

    @Test
    void rates_ofLessThanHalfASecond_areUnknown() {
        pass(SECOND, LimiterStats.ZERO);
        assertThat(rates.rates()).isEqualTo(OrcaRates.Rates.UNKNOWN);
        pass(Duration.ofMillis(400), succeeded(100));
        assertThat(rates.rates()).isEqualTo(OrcaRates.Rates.UNKNOWN);
        pass(Duration.ofMillis(100), succeeded(0));
        assertThat(rates.rates().came()).isEqualTo(200);
    }

    @Test
    void rates_whenMoreCome_areThoseOfTheLastFiveSeconds() {
        pass(20, succeeded(10));
        assertThat(rates.rates().came()).isCloseTo(10, EXACT);
        pass(5, succeeded(100));
        assertThat(rates.rates().came()).isCloseTo(100, EXACT);
    }

    @Test
    void rates_whenFewerCome_areThoseOfTheLastFifteen() {
        pass(20, succeeded(100));
        pass(5, succeeded(10));
        assertThat(rates.rates().came()).isCloseTo(70, EXACT);
        pass(10, succeeded(10));
        assertThat(rates.rates().came()).isCloseTo(10, EXACT);
    }

    /** Whatever they are refused for. */
    @Test
    void refusedCalls_cameAndFailed() {
        pass(20, new LimiterStats(10, 5, 5, 3, 1, 2, 3, 0, 4, 0, 0));
        assertThat(rates.rates().came()).isCloseTo(30, EXACT);
        assertThat(rates.rates().failed()).isCloseTo(15, EXACT);
        assertThat(rates.rates().cameForEachServed()).isCloseTo(1.5, within(0.01));
    }

    @Test
    void cameForEachServed_isFinite_whenNoneIs() {
        pass(3, LimiterStats.ZERO);
        assertThat(rates.rates().cameForEachServed()).isEqualTo(1);
        pass(5, new LimiterStats(0, 0, 0, 0, 100, 0));
        assertThat(rates.rates().cameForEachServed()).isEqualTo(501);
    }

    @Test
    void rates_afterAStall_areThoseSinceItBegan() {
        pass(20, succeeded(10));
        pass(Duration.ofMinutes(1), succeeded(60));
        assertThat(rates.rates().came()).isCloseTo(1, EXACT);
    }

    @Test
    void clear_forgets() {
        pass(20, succeeded(10));
        rates.clear();
        pass(SECOND, succeeded(1000));
        assertThat(rates.rates()).isEqualTo(OrcaRates.Rates.UNKNOWN);
        pass(5, succeeded(1));
        assertThat(rates.rates().came()).isCloseTo(1, EXACT);
    }

    private void pass(int seconds, LimiterStats eachSecond) {
        for (int i = 0; i < seconds; i++) {
            pass(SECOND, eachSecond);
        }
    }

    private void pass(Duration duration, LimiterStats counted) {
        nowNanos += duration.toNanos();
        stats = stats.plus(counted);
        rates.add(nowNanos, stats);
    }

    private static LimiterStats succeeded(long calls) {
        return new LimiterStats(calls, 0, 0, 0, 0, 0);
    }
}
