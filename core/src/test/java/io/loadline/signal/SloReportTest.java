/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.limit.SloCounts;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the promise of a service that sustains 100 calls a second, each of 100 ms. */
class SloReportTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SimulatedService service =
            new SimulatedService(limiter -> limiter.slo(Duration.ofMillis(150)), signal -> signal.objective(0.99));

    @Test
    void counts_ofWhatWasServedInTime_areGood() {
        service.ready();
        service.offer(50, MINUTE);
        assertThat(slo().counts()).isEqualTo(new SloCounts(2_995, 0));

        service.beatsPerCall = 2;
        service.offer(40, MINUTE);
        assertThat(slo().counts().good()).isEqualTo(3_000);
        assertThat(slo().counts().bad()).isCloseTo(2_400, within(10L));
        assertThat(service.signal.snapshot().routes().get(0).slo()).isEqualTo(slo().counts());
    }

    @Test
    void counts_ofWhatWasRefused_areBad() {
        service.ready();
        service.offer(200, MINUTE);

        assertThat(slo().counts().bad())
                .isEqualTo(service.signal.snapshot().stats().shed())
                .isCloseTo(6_000, within(20L));
    }

    /** It is nobody's request that warms the service up, and slow. */
    @Test
    void counts_beforeTheServiceIsReady_areNone() {
        service.beatsPerCall = 3;
        service.offer(20, MINUTE);
        assertThat(service.availability.warming("cold")).isTrue();
        service.offer(20, MINUTE.plusMillis(500));
        assertThat(slo().counts()).isEqualTo(SloCounts.ZERO);

        service.beatsPerCall = 1;
        service.ready();
        service.offer(50, MINUTE);
        assertThat(slo().counts().good()).isCloseTo(3_000, within(15L));
        // Those that were running when it became ready, and those that they were in the way of.
        assertThat(slo().counts().bad()).isLessThanOrEqualTo(15);
    }

    @Test
    void counts_whileTheServiceLeaves_goOn() {
        service.ready();
        service.offer(50, MINUTE);
        assertThat(service.availability.draining("SIGTERM")).isTrue();
        service.limiter.refuseAll(() -> {});
        service.offer(50, Duration.ofSeconds(10));

        assertThat(slo().counts()).isEqualTo(new SloCounts(3_000, 500));
    }

    @Test
    void burnRates_areKnownWhenTheirWindowIsOver() {
        service.ready();
        service.offer(200, Duration.ofSeconds(310));
        assertThat(slo().burnRate(SloReport.Window.FIVE_MINUTES)).isCloseTo(50, within(1.0));
        assertThat(slo().burnRate(SloReport.Window.HALF_AN_HOUR)).isNaN();
        assertThat(slo().explanation())
                .startsWith("99 % of calls are to be served within 150 ms: 31,0")
                .endsWith(" were not; the error budget burns at 50.0 x in 5m.");

        service.offer(50, Duration.ofMinutes(26));
        assertThat(slo().burnRate(SloReport.Window.FIVE_MINUTES)).isZero();
        assertThat(slo().burnRate(SloReport.Window.HALF_AN_HOUR)).isCloseTo(19.5, within(1.0));
        assertThat(service.signal.snapshot().explanation()).endsWith(" in 30m.");
    }

    @Test
    void explanation_tellsOddObjectives() {
        assertThat(new SloReport(Duration.ofNanos(250_000), 0.9995, new SloCounts(7, 5), Map.of()).explanation())
                .isEqualTo("99.95 % of calls are to be served within 250 us: 5 of 12 were not.");
        assertThat(new SloReport(Duration.ofMillis(1), 0.9999999, new SloCounts(7, 5), Map.of()).explanation())
                .startsWith("99.99999 % of calls");
    }

    @Test
    void report_ofAServiceThatPromisesNothing_isNone() {
        SimulatedService plain = new SimulatedService().ready();
        plain.offer(50, MINUTE);

        assertThat(plain.signal.snapshot().slo()).isEqualTo(SloReport.NONE);
        assertThat(plain.signal.snapshot().routes().get(0).slo()).isEqualTo(SloCounts.ZERO);
        assertThat(SloReport.NONE.explanation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, 99.9, Double.NaN, Double.POSITIVE_INFINITY})
    void objective_thatNobodyCanKeepOrMiss_isRefused(double objective) {
        assertThatThrownBy(() -> new SimulatedService(signal -> signal.objective(objective)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("objective must be above 0 and below 1, such as 0.999: " + objective);
    }

    private SloReport slo() {
        return service.signal.snapshot().slo();
    }
}
