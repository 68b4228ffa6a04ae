/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.limit.CallContext;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.RejectionReason;
import io.loadline.signal.ShadowReport.Refusals;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said about shadow mode. */
class ShadowReportTest {
    private static final long SECOND = 1_000_000_000L;

    private final ShadowWindow window = new ShadowWindow();

    @Test
    void explanation_namesTheRoutesThatMatter() {
        ShadowReport report = new ShadowReport(
                Duration.ofMinutes(5),
                40_210,
                312,
                List.of(
                        new Refusals("GET /orders/{id}", RejectionReason.LIMIT, 300),
                        new Refusals("GET /search", RejectionReason.ROUTE_CAP, 6),
                        new Refusals("a", RejectionReason.LIMIT, 4),
                        new Refusals("b", RejectionReason.LIMIT, 2)));
        assertThat(report.explanation())
                .isEqualTo(
                        "In the last 5 min enforcing would have refused 312 of 40,210 calls (0.8 %):"
                                + " 300 on GET /orders/{id} (limit), 6 on GET /search (route_cap), 4 on a (limit), 2 on others.");
    }

    @Test
    void explanation_ofNothing() {
        assertThat(ShadowReport.NONE.explanation()).isEmpty();
        assertThat(new ShadowReport(Duration.ofSeconds(20), 7, 0, List.of()).explanation())
                .isEqualTo("In the last 20 s enforcing would have refused none of 7 calls.");
        assertThat(new ShadowReport(
                                Duration.ofSeconds(300),
                                10_000,
                                1,
                                List.of(new Refusals("a", RejectionReason.LIMIT, 1)))
                        .explanation())
                .contains("1 of 10,000 calls (below 0.1 %)");
    }

    @Test
    void window_forgetsAfterFiveMinutes() {
        for (int second = 0; second < 600; second++) {
            window.begin(second * SECOND);
            // In the first half two of three would be refused, then one of ten.
            window.add("a", second < 300 ? stats(3, 2) : stats(10, 1));
            window.add("b", stats(1, 0));
        }
        ShadowReport report = window.report(600 * SECOND);
        assertThat(report.over()).isEqualTo(Duration.ofMinutes(5));
        assertThat(report.calls()).isEqualTo(3300);
        assertThat(report.refused()).isEqualTo(300);
        assertThat(report.refusals()).containsExactly(new Refusals("a", RejectionReason.LIMIT, 300));
        assertThat(report.share()).isEqualTo(1 / 11.0, within(1e-9));
        window.clear();
        assertThat(window.report(600 * SECOND)).isEqualTo(ShadowReport.NONE);
    }

    @Test
    void snapshot_inShadowMode_tellsWhatEnforcingWouldHaveRefused() {
        SimulatedService service = new SimulatedService().ready();
        service.offer(50, Duration.ofSeconds(10));
        assertThat(service.signal.snapshot().shadow()).isEqualTo(ShadowReport.NONE);

        service.enforce(Enforcement.SHADOW);
        service.offer(50, Duration.ofSeconds(60));
        ShadowReport calm = service.signal.snapshot().shadow();
        assertThat(calm.over()).isEqualTo(Duration.ofSeconds(60));
        assertThat(calm.calls()).isCloseTo(3000, within(20L));
        assertThat(calm.refused()).isZero();
        assertThat(service.signal.snapshot().explanation()).contains("would have refused none of");

        service.offer(200, Duration.ofSeconds(60));
        ShadowReport busy = service.signal.snapshot().shadow();
        assertThat(busy.refused())
                .isEqualTo(service.signal.snapshot().stats().shadowed())
                .isPositive();
        assertThat(busy.refusals()).containsExactly(new Refusals("other", RejectionReason.LIMIT, busy.refused()));
        assertThat(service.signal.snapshot().explanation()).contains(busy.explanation());

        service.enforce(Enforcement.ENFORCE);
        service.offer(50, Duration.ofSeconds(2));
        assertThat(service.signal.snapshot().shadow()).isEqualTo(ShadowReport.NONE);
    }

    @Test
    void snapshot_inShadowMode_tellsOfDeadlinesThatHadPassed() {
        SimulatedService service = new SimulatedService().ready();
        service.enforce(Enforcement.SHADOW);
        CallContext late = CallContext.NONE.timeout(Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            service.limiter.tryAcquire(service.limiter.route("search"), late).success();
        }
        service.offer(50, Duration.ofSeconds(2));
        ShadowReport report = service.signal.snapshot().shadow();
        assertThat(report.refusals()).containsExactly(new Refusals("search", RejectionReason.DEADLINE, 3));
        assertThat(service.signal.snapshot().explanation()).contains("3 on search (deadline)");
    }

    private static LimiterStats stats(long calls, long shadowed) {
        return new LimiterStats(calls, 0, 0, shadowed, 0, 0);
    }
}
