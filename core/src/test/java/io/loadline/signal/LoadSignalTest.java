/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.limit.Enforcement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The number itself: what a load says about what was offered, at a service whose capacity is known to be 100 calls/s. */
class LoadSignalTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SimulatedService service = new SimulatedService().ready();

    private void saturate() {
        service.offer(110, Duration.ofSeconds(20));
        service.offer(50, Duration.ofSeconds(30));
        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
    }

    @Test
    void load_atThreeTimesTheCapacity_isAboutThreeAndAboutAHalfAfterwards() {
        service.offer(50, MINUTE);
        service.offer(300, MINUTE);
        assertThat(service.load()).isCloseTo(3, within(0.3));
        assertThat(service.signal.snapshot().demand()).isCloseTo(30, within(3.0));
        assertThat(service.signal.snapshot().arrivalRate()).isCloseTo(300, within(3.0));

        service.offer(50, MINUTE);
        assertThat(service.load()).isCloseTo(0.5, within(0.05));
        assertThat(service.signal.snapshot().demand()).isCloseTo(5, within(0.3));
    }

    @Test
    void load_beforeTheFirstSaturation_isTheLargestLocalUtilization() {
        service.utilization = 0.42;
        service.offer(50, Duration.ofSeconds(20));

        assertThat(service.signal.snapshot().capacity()).isNaN();
        assertThat(service.load()).isEqualTo(0.42, within(1e-9));
        assertThat(service.signal.snapshot().saturations()).containsEntry("workers", 0.42);
    }

    @Test
    void load_afterAStepUp_isThereInLessThanTenSeconds() {
        saturate();
        assertThat(service.load()).isCloseTo(0.5, within(0.05));

        service.offer(300, Duration.ofSeconds(9));

        assertThat(service.load()).isCloseTo(3, within(0.3));
    }

    @Test
    void load_afterAStepDown_fallsSlowly() {
        saturate();
        service.offer(300, MINUTE);
        service.offer(50, Duration.ofSeconds(6));
        assertThat(service.load()).isGreaterThan(1.5);

        service.offer(50, Duration.ofSeconds(10));
        assertThat(service.load()).isCloseTo(0.5, within(0.05));
    }

    /** Clients that retry at once are not demand without end. */
    @Test
    void load_underARetryStorm_countsWhatWasShedThreeTimesTheCapacityAtMost() {
        saturate();
        service.offer(5_000, Duration.ofSeconds(20));

        assertThat(service.load()).isCloseTo(4, within(0.1));
    }

    /** Two of three attempts are no further work. */
    @Test
    void load_ofClientsThatTryAgainAndSaySo_isThatOfTheirWork() {
        saturate();
        service.attempts = 3;
        service.offer(200, Duration.ofSeconds(20));

        assertThat(service.signal.snapshot().stats().repeated()).isCloseTo(4_000, within(100L));
        assertThat(service.signal.snapshot().arrivalRate()).isCloseTo(400, within(5.0));
        assertThat(service.load()).isCloseTo(2, within(0.05));
    }

    /** Others refused it first, or it failed: what is done is work all the same. */
    @Test
    void load_ofFurtherAttempts_isNeverLessThanTheWorkDone() {
        saturate();
        service.firstAttempt = 2;
        service.offer(50, Duration.ofSeconds(20));
        assertThat(service.load()).isCloseTo(0.5, within(0.05));

        service.offer(300, Duration.ofSeconds(20));
        assertThat(service.load()).isCloseTo(1, within(0.05));
    }

    @Test
    void load_withoutAnyTraffic_isZero() {
        saturate();
        service.offer(0, MINUTE);

        assertThat(service.load()).isZero();
    }

    /** In shadow mode nothing is refused: the demand is what runs. */
    @Test
    void load_inShadowMode_countsWhatRanBeyondTheLimit() {
        saturate();
        service.enforce(Enforcement.SHADOW);
        service.offer(200, Duration.ofSeconds(5));

        assertThat(service.signal.snapshot().stats().shadowed()).isPositive();
        assertThat(service.load()).isGreaterThan(1);
    }

    /** Where nothing is refused and calls pile up, as many end as ever: only those that join the pile tell. */
    @Test
    void load_whereCallsPileUp_countsThoseThatJoin() {
        saturate();
        service.enforce(Enforcement.OFF);
        service.workersAreFew = true;
        service.offer(300, MINUTE);

        assertThat(service.signal.snapshot().arrivalRate()).isCloseTo(300, within(3.0));
        assertThat(service.load()).isCloseTo(3, within(0.3));
    }

    /** The trap of concurrency-limits issue 171: a slow dependency must not call for more instances. */
    @Test
    void capacity_whenADependencyIsSlow_staysAndSoDoesTheLoad() {
        saturate();
        service.offer(80, MINUTE);
        double before = service.load();
        service.beatsPerCall = 2;
        service.adoptLatency = true;
        service.offer(80, Duration.ofMinutes(3));

        assertThat(service.limiter.otherRoute().baseline()).isEqualTo(Duration.ofMillis(200));
        assertThat(service.limiter.stats().shed()).isPositive();
        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        assertThat(service.load()).isCloseTo(before, within(0.1 * before));
    }

    /** The limiter refuses calls because of a dependency that is slow; that is no capacity, and no load. */
    @Test
    void capacity_whenADependencyIsSlowBeforeAnySaturation_staysUnknown() {
        service.offer(80, MINUTE);
        service.beatsPerCall = 3;
        service.adoptLatency = true;
        service.offer(80, Duration.ofMinutes(2));

        assertThat(service.limiter.stats().shed()).isPositive();
        assertThat(service.signal.snapshot().capacity()).isNaN();
        assertThat(service.load()).isCloseTo(0.3, within(1e-9));
    }

    /** The latencies of an overload, which the baseline was learned from, are not those of the calm after it. */
    @Test
    void load_whenTheBaselineFallsAfterwards_isThatOfTheSameRequests() {
        service.beatsPerCall = 2;
        service.adoptLatency = true;
        service.offer(110, Duration.ofSeconds(20));
        service.offer(25, Duration.ofSeconds(30));
        assertThat(service.load()).isCloseTo(0.5, within(0.05));

        service.beatsPerCall = 1;
        service.adoptLatency = false;
        service.offer(25, Duration.ofMinutes(2));

        assertThat(service.signal.snapshot().demand()).isCloseTo(2.5, within(0.2));
        assertThat(service.load()).isCloseTo(0.5, within(0.05));
    }

    @Test
    void capacity_whenALocalResourceIsUsedUp_followsDown() {
        saturate();
        service.beatsPerCall = 2;
        service.utilization = 0.95;
        service.offer(100, Duration.ofSeconds(40));

        assertThat(service.signal.snapshot().capacity()).isCloseTo(5, within(0.5));
        assertThat(service.load()).isCloseTo(2, within(0.3));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("workers");
    }

    /** What is sustained while warming, by interpreted code, is not what a warm service sustains. */
    @Test
    void capacity_whileWarming_isNotLearned() {
        SimulatedService cold = new SimulatedService();
        assertThat(cold.availability.warming("cold")).isTrue();
        cold.beatsPerCall = 5;
        cold.offer(100, MINUTE);

        assertThat(cold.signal.snapshot().capacity()).isNaN();
    }

    @Test
    void tick_comesOnceASecond() {
        int before = service.snapshots.size();
        service.offer(10, Duration.ofSeconds(10));

        assertThat(service.snapshots).hasSize(before + 10);
    }

    /** The process stands still for ten minutes: neither what happened before nor the burst after it is 600 s long. */
    @Test
    void load_whenBeatsComeTenMinutesLate_isHeldAndGoesOn() {
        saturate();
        service.offer(80, MINUTE);
        SignalSnapshot before = service.signal.snapshot();
        service.ticker.advance(Duration.ofMinutes(10));
        service.offer(80, Duration.ofMillis(100));
        SignalSnapshot late = service.signal.snapshot();

        assertThat(late).isNotSameAs(before);
        assertThat(late.load()).isEqualTo(before.load());
        assertThat(late.arrivalRate()).isEqualTo(before.arrivalRate());
        assertThat(late.capacity()).isEqualTo(before.capacity());

        for (int second = 0; second < 30; second++) {
            service.offer(80, SECOND);
            assertThat(service.load()).isCloseTo(0.8, within(0.05));
        }
    }

    /** Five seconds in which connections wait for the process, and then ask all at once. */
    @Test
    void load_afterAPause_isHeldWhileWhatCameMeanwhileIsServed() {
        saturate();
        service.offer(50, MINUTE);
        service.ticker.advance(Duration.ofSeconds(5));
        service.offer(0, Duration.ofMillis(100));
        service.offer(2_500, Duration.ofMillis(100));
        for (int tenth = 0; tenth < 200; tenth++) {
            service.offer(50, Duration.ofMillis(100));
            assertThat(service.load()).isCloseTo(0.5, within(0.05));
        }
    }

    /** Held for two intervals only: who always stalls is measured all the same. */
    @Test
    void load_whenBeatsAlwaysComeLate_isMeasured() {
        saturate();
        for (int i = 0; i < 20; i++) {
            service.offerWithoutBeats(300, Duration.ofSeconds(3));
            service.offer(300, Duration.ofMillis(100));
        }

        assertThat(service.load()).isCloseTo(3, within(0.3));
    }

    @Test
    void explanation_namesTheTerms() {
        service.utilization = 0.42;
        service.offer(50, Duration.ofSeconds(20));
        assertThat(service.signal.snapshot().explanation())
                .contains(
                        "Load 0.42",
                        "busiest local resource",
                        "50.0 calls/s",
                        "5 run, limit 10 (initial limit)",
                        "0 refused so far");

        service.utilization = 0.91;
        service.offer(300, MINUTE);
        assertThat(service.signal.snapshot().explanation())
                .contains("Load 3.", "demand over capacity", "sustain 10.0", "300.0 calls/s")
                .contains("refused so far", "Bottleneck: workers at 91 %");

        service.enforce(Enforcement.SHADOW);
        service.offer(50, SECOND);
        assertThat(service.signal.snapshot().explanation()).contains("not enforced");

        assertThat(service.availability.draining("SIGTERM")).isTrue();
        assertThat(service.signal.snapshot().explanation())
                .contains(
                        "No load is published: the service is leaving", "state DRAINING since 2026-11-01T", "SIGTERM");
    }
}
