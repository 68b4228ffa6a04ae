/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcPausesTest {
    private final ManualTicker ticker = new ManualTicker();
    private GcPauses.Counts counts = new GcPauses.Counts(7, 1_000);
    private final GcPauses pauses = new GcPauses(ticker, () -> counts);

    private double after(long more, long millis) {
        counts = new GcPauses.Counts(counts.pauses() + more, counts.millis() + millis);
        ticker.advance(Duration.ofSeconds(1));
        return pauses.utilization();
    }

    @Test
    void utilization_atAQuarterOfTheTime_isOne() {
        assertThat(pauses.utilization()).isNaN();
        assertThat(pauses.detail()).isEqualTo("nothing has been counted yet");
        for (int second = 0; second < 12; second++) {
            after(2, 250);
        }

        assertThat(pauses.utilization()).isCloseTo(1, within(0.1));
        assertThat(pauses.share()).isCloseTo(0.25, within(0.03));
        assertThat(pauses.pauseSeconds()).isCloseTo(0.125, within(1e-9));
        assertThat(pauses.detail()).contains("in 18 pauses of 125 ms");
    }

    @Test
    void utilization_forgetsWhatIsOlderThanTenSeconds() {
        assertThat(pauses.utilization()).isNaN();
        after(1, 900);
        for (int second = 0; second < 11; second++) {
            after(0, 0);
        }

        assertThat(pauses.share()).isZero();
        assertThat(pauses.pauseSeconds()).isZero();
        assertThat(pauses.detail()).isEmpty();
    }

    @Test
    void utilization_whenCountersOrClockGoBack_isUnknownAndBeginsAnew() {
        assertThat(pauses.utilization()).isNaN();
        after(1, 10);
        assertThat(after(-3, -500)).isNaN();
        assertThat(after(1, 100)).isCloseTo(0.4, within(1e-9));

        ticker.advance(Duration.ofSeconds(-30));
        assertThat(pauses.utilization()).isNaN();
        assertThat(after(1, 100)).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void utilization_withoutAnyTimeBetween_isUnknown() {
        assertThat(pauses.utilization()).isNaN();
        assertThat(pauses.utilization()).isNaN();
    }

    @Test
    void utilization_ofThisJvm_isKnown() {
        GcPauses own = new GcPauses(ticker);
        assertThat(own.utilization()).isNaN();
        ticker.advance(Duration.ofHours(1));

        assertThat(own.utilization()).isBetween(0.0, 4.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Copy",
                "G1 Young Generation",
                "G1 Concurrent GC",
                "ZGC Minor Pauses",
                "Shenandoah Pauses",
                "GPGC New Pauses"
            })
    void beansOfPauses_areCounted(String bean) {
        assertThat(GcPauses.pauses(bean)).isTrue();
    }

    /** During those the service runs. */
    @ParameterizedTest
    @ValueSource(strings = {"ZGC Cycles", "ZGC Major Cycles", "Shenandoah Cycles", "GPGC New", "GPGC Old"})
    void beansOfConcurrentPhases_areNot(String bean) {
        assertThat(GcPauses.pauses(bean)).isFalse();
    }
}
