/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.availability.Availability;
import io.loadline.availability.ReadinessState;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a platform can change about a drain: when readiness goes down, and what a preStop hook has waited for already. */
class DrainOptionsTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Duration TWO_BEATS = Heartbeat.PERIOD.multipliedBy(2);

    @ParameterizedTest
    @CsvSource({
        "AT_ONCE, REFUSING_TRAFFIC, REFUSING_TRAFFIC",
        "LATE, ACCEPTING_TRAFFIC, REFUSING_TRAFFIC",
        "NEVER, ACCEPTING_TRAFFIC, ACCEPTING_TRAFFIC"
    })
    void readiness_goesDownWhenItShould(ReadinessFlip flip, ReadinessState settling, ReadinessState quiescing) {
        DrainedService service = new DrainedService(builder -> builder.readiness(flip));
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        List<ReadinessState> seen = new ArrayList<>();
        service.availability.listen(change -> seen.add(service.availability.readiness()));
        var running = service.begin();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);

        assertThat(seen).containsExactly(settling);
        assertThat(service.availability.state()).isEqualTo(ServiceState.DRAINING);
        assertThat(service.availability.readiness()).isEqualTo(settling);
        assertThat(service.drain.isDraining()).isTrue();
        service.pass(Duration.ofSeconds(2));
        assertThat(service.drain.phase()).isEqualTo(DrainPhase.QUIESCING);
        assertThat(service.availability.readiness()).isEqualTo(quiescing);
        running.success();
        assertThat(drained).isDone();
        service.drain.closed();
        assertThat(service.availability.readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
    }

    /** A service that was not ready does not become so by leaving. */
    @ParameterizedTest
    @EnumSource
    void readiness_ofAServiceThatWasNotReady_staysDown(ReadinessFlip flip) {
        DrainedService other = new DrainedService();
        Availability starting = Availability.create(InstantSource.system());
        DrainCoordinator drain = DrainCoordinator.builder(starting, other.limiter, other.heartbeat)
                .readiness(flip)
                .build();
        drain.drainAsync("too early", Settling.WAIT);

        assertThat(starting.readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
    }

    /** SIGTERM during the start: nobody has been told of this instance, so there is no traffic to end. */
    @Test
    void settling_ofAStartThatIsCancelled_isSkipped() {
        DrainedService other = new DrainedService();
        Availability starting = Availability.create(InstantSource.system());
        DrainCoordinator drain = DrainCoordinator.builder(starting, other.limiter, other.heartbeat)
                .build();

        assertThat(drain.drain("SIGTERM", Settling.WAIT).total()).isZero();
    }

    @Test
    void settling_ofAServiceThatNeverSaidReadyButIsCalled_isNotSkipped() {
        DrainedService other = new DrainedService();
        Availability starting = Availability.create(InstantSource.system());
        DrainCoordinator drain = DrainCoordinator.builder(starting, other.limiter, other.heartbeat)
                .build();
        other.call();
        CompletableFuture<DrainResult> drained =
                drain.drainAsync("SIGTERM", Settling.WAIT).toCompletableFuture();

        assertThat(other.beatUntil(drained)).isGreaterThanOrEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void preStop_whenTrafficHasStoppedDuringTheSleep_needsNoSettling() {
        DrainedService service = slept();
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        service.pass(TEN_SECONDS);

        assertThat(service.drainAsync(Settling.WAIT).join().total()).isZero();
    }

    @Test
    void preStop_whenNothingEverCame_needsNoSettling() {
        DrainedService service = slept();
        service.pass(Duration.ofMinutes(10));

        assertThat(service.drainAsync(Settling.WAIT).join().total()).isZero();
    }

    /** The silence before the sleep says nothing: the instance was still being sent to. */
    @Test
    void preStop_slowTraffic_countsTheSilenceOfTheSleepOnly() {
        DrainedService service = new DrainedService(
                builder -> builder.preStopSleep(Duration.ofSeconds(5)).settleMax(Duration.ofSeconds(20)));
        service.traffic(Duration.ofMinutes(3), Duration.ofSeconds(1));
        service.pass(Duration.ofSeconds(20));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);

        // Ten intervals of a good second, five seconds of which are over.
        assertThat(service.beatUntil(drained)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15));
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
    }

    /** Who still sends after ten seconds has not heard the news and will not; the least silence is waited for once more. */
    @Test
    void preStop_whenTrafficNeverStops_waitsForTheLeastSilenceAtMost() {
        DrainedService service = slept();
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        while (service.drain.phase() == DrainPhase.SETTLING) {
            service.call();
            service.beat();
        }

        assertThat(drained.join().total())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(1).plus(TWO_BEATS));
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrainedService(builder -> builder.preStopSleep(Duration.ofSeconds(-1))))
                .withMessage("preStopSleep must be positive and at most 1 h: PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrainedService(builder -> builder.farewell(Duration.ofHours(2))))
                .withMessage("farewell must be positive and at most 1 h: PT2H");
    }

    private static DrainedService slept() {
        return new DrainedService(builder -> builder.preStopSleep(TEN_SECONDS));
    }
}
