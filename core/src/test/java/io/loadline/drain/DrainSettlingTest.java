/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static io.loadline.drain.DrainPhase.ANNOUNCING;
import static io.loadline.drain.DrainPhase.CLOSING;
import static io.loadline.drain.DrainPhase.DONE;
import static io.loadline.drain.DrainPhase.NONE;
import static io.loadline.drain.DrainPhase.QUIESCING;
import static io.loadline.drain.DrainPhase.SETTLING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.availability.Availability;
import io.loadline.availability.ReadinessState;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Permit;
import io.loadline.limit.RejectionReason;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the signal to the end of the traffic: who is still served, and for how long. */
class DrainSettlingTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration TWO_BEATS = Heartbeat.PERIOD.multipliedBy(2);

    private final DrainedService service = new DrainedService();

    @Test
    void drain_ofAQuietService_goesThroughAllPhasesInOrder() {
        assertThat(service.drain.phase()).isEqualTo(NONE);
        assertThat(service.drain.isDraining()).isFalse();

        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.beatUntil(drained);
        service.drain.closed();

        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING, DONE);
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(drained.join().remainingInFlight()).isZero();
        assertThat(drained.join().elapsed()).containsOnlyKeys(ANNOUNCING, SETTLING, QUIESCING);
        assertThat(drained.join().total())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(1).plus(TWO_BEATS));
    }

    @Test
    void drainAsync_onReturn_refusesReadinessAndAsksToCloseConnectionsButServes() {
        service.drainAsync(Settling.WAIT);

        assertThat(service.availability.state()).isEqualTo(ServiceState.DRAINING);
        assertThat(service.availability.readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
        assertThat(service.availability.lastChange().reason()).isEqualTo("arranged");
        assertThat(service.drain.isDraining()).isTrue();
        service.call();
    }

    @Test
    void stateListener_atDraining_seesThatConnectionsAreToBeClosed() {
        List<Boolean> closing = new ArrayList<>();
        service.availability.listen(change -> closing.add(service.drain.isDraining()));

        service.drainAsync(Settling.WAIT);

        assertThat(closing).containsExactly(true);
    }

    /** Of an instance that was added a moment ago nothing is known, and balancers may send to it by now. */
    @Test
    void settling_withoutAnyTrafficEver_takesItsMaximum() {
        service.pass(Duration.ofMinutes(10));

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT))).isEqualTo(Duration.ofSeconds(10));
    }

    /** Fifteen calls at once every four seconds are 0.27 s apart in the mean, but it is silent for four. */
    @Test
    void settling_afterClusteredTraffic_waitsForTheGapsBetweenClusters() {
        for (int cluster = 0; cluster < 30; cluster++) {
            for (int call = 0; call < 15; call++) {
                service.call();
            }
            service.pass(Duration.ofSeconds(4));
        }

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void settling_afterDenseTraffic_takesQuiet() {
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT)))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(1).plus(TWO_BEATS));
    }

    /** Ten mean intervals: at 1 call per 500 ms five seconds of silence mean something, one does not. */
    @ParameterizedTest
    @CsvSource({"200, 2000", "500, 5000", "800, 8000"})
    void settling_afterSlowTraffic_takesTenMeanIntervals(long intervalMillis, long expectedMillis) {
        service.traffic(Duration.ofMinutes(2), Duration.ofMillis(intervalMillis));

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT)).toMillis())
                .isBetween(expectedMillis * 95 / 100, expectedMillis * 105 / 100 + TWO_BEATS.toMillis());
    }

    /** A process of three seconds that saw a call per 500 ms must not take that for a call per five seconds. */
    @Test
    void settling_ofAYoungProcess_takesTenMeanIntervalsToo() {
        service.traffic(Duration.ofSeconds(3), Duration.ofMillis(500));

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT)).toMillis())
                .isBetween(4_500L, 6_200L);
    }

    @Test
    void settling_atOneCallPerThreeSeconds_servesEachAndIsCutAtItsMaximum() {
        service.traffic(Duration.ofMinutes(2), Duration.ofSeconds(3));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        for (int call = 0; call < 3; call++) {
            service.call();
            service.pass(Duration.ofSeconds(3));
            assertThat(service.drain.phase()).isEqualTo(SETTLING);
        }
        service.pass(Duration.ofSeconds(1));

        assertThat(drained.join().total()).isEqualTo(Duration.ofSeconds(10));
        assertThat(service.limiter.stats().refused()).isZero();
    }

    /** The rate of calls that came in no time is no number; it must not cut the settling. */
    @Test
    void settling_afterACallInTheFirstInstant_takesItsMaximum() {
        service.call();

        assertThat(service.beatUntil(service.drainAsync(Settling.WAIT))).isEqualTo(Duration.ofSeconds(10));
    }

    /** Thousands of calls before anybody looked are no dense traffic. */
    @Test
    void settling_ofACoordinatorThatCameLate_countsFromThen() {
        service.traffic(Duration.ofMinutes(2), Duration.ofMillis(10));
        DrainCoordinator late = DrainCoordinator.builder(service.availability, service.limiter, service.heartbeat)
                .build();
        service.traffic(Duration.ofMinutes(1), Duration.ofMillis(500));
        CompletableFuture<DrainResult> drained =
                late.drainAsync("arranged", Settling.WAIT).toCompletableFuture();

        assertThat(service.beatUntil(drained).toMillis()).isBetween(4_700L, 5_500L);
    }

    @Test
    void settling_underTrafficThatNeverStops_isCutAtItsMaximum() {
        DrainedService short3 = new DrainedService(builder -> builder.settleMax(Duration.ofSeconds(3)));
        CompletableFuture<DrainResult> drained = short3.drainAsync(Settling.WAIT);
        short3.traffic(Duration.ofMillis(2900), Duration.ofMillis(100));
        short3.call();
        assertThat(short3.drain.phase()).isEqualTo(SETTLING);
        short3.beat();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(drained.join().total()).isEqualTo(Duration.ofSeconds(3));
        assertThat(short3.limiter.tryAcquire()).isNull();
    }

    @Test
    void settling_leavesHalfOfTheDeadlineToCallsThatRun() {
        DrainedService hasty = new DrainedService(builder -> builder.deadline(Duration.ofSeconds(2)));
        hasty.traffic(Duration.ofSeconds(60), Duration.ofSeconds(1));
        Permit running = hasty.begin();

        CompletableFuture<DrainResult> drained = hasty.drainAsync(Settling.WAIT);
        hasty.pass(Duration.ofSeconds(1));
        assertThat(hasty.drain.phase()).isEqualTo(QUIESCING);

        assertThat(hasty.beatUntil(drained)).isEqualTo(Duration.ofSeconds(1));
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
        running.success();
    }

    @Test
    void quiet_longerThanSettlingMayTake_isRefused() {
        assertThatThrownBy(() -> new DrainedService(
                        builder -> builder.quiet(Duration.ofSeconds(8)).settleMax(Duration.ofSeconds(4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT8S > PT4S");
    }

    @Test
    void settling_callThatArrives_isServedAndProlongs() {
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.pass(Duration.ofMillis(900));
        service.call();
        service.pass(Duration.ofMillis(1000));
        assertThat(service.drain.phase()).isEqualTo(SETTLING);
        service.beat();

        assertThat(drained).isCompleted();
    }

    /** What is shed came too: balancers still send. */
    @Test
    void settling_callThatIsShed_prolongs() {
        Permit[] all = new Permit[10];
        for (int i = 0; i < all.length; i++) {
            all[i] = service.begin();
        }
        service.drainAsync(Settling.WAIT);
        service.pass(Duration.ofMillis(900));
        assertThat(service.limiter.tryAcquire()).isNull();
        service.pass(Duration.ofMillis(900));

        assertThat(service.drain.phase()).isEqualTo(SETTLING);
    }

    @Test
    void settling_callThatOnlyRuns_doesNotProlong() {
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        Permit running = service.begin();
        service.beat();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        service.pass(Duration.ofSeconds(2));

        assertThat(service.drain.phase()).isEqualTo(QUIESCING);
        running.success();
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
    }

    @Test
    void settling_skipped_refusesAndEndsAtOnce() {
        service.traffic(Duration.ofSeconds(10), Duration.ofSeconds(1));

        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);

        assertThat(drained).isCompleted();
        assertThat(drained.join().total()).isZero();
        assertThat(service.phases).containsExactly(ANNOUNCING, SETTLING, QUIESCING, CLOSING);
    }

    @Test
    void quiescing_refusesNewCallsWithItsReason() {
        Permit running = service.begin();
        service.drainAsync(Settling.SKIP);

        assertThat(service.drain.phase()).isEqualTo(QUIESCING);
        assertThat(service.limiter.tryAcquire()).isNull();
        assertThat(service.limiter.rejectionReason()).isEqualTo(RejectionReason.DRAINING);
        assertThat(service.drain.progress().refused()).isOne();
        running.success();
    }

    /** The bound of a drain: the end of the traffic + quiet + two beats. */
    @ParameterizedTest
    @ValueSource(longs = {0, 130, 470, 1050, 1990, 3333})
    void drain_takesNoMoreThanEndOfTrafficAndQuietAndTwoBeats(long trafficMillis) {
        long interval = 10;
        for (long at = 0; at < 30_000; at += interval) {
            everyMilliseconds(at, interval);
        }
        long begun = service.ticker.read();
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);
        for (long at = 0; at < trafficMillis; at += interval) {
            everyMilliseconds(at, interval);
        }
        service.beatUntil(drained);

        assertThat(Duration.ofNanos(service.ticker.read() - begun))
                .isGreaterThanOrEqualTo(Duration.ofMillis(1000))
                .isLessThanOrEqualTo(Duration.ofMillis(trafficMillis + 1000).plus(TWO_BEATS));
        assertThat(service.limiter.stats().refused()).isZero();
    }

    private void everyMilliseconds(long at, long interval) {
        service.ticker.advance(MILLI.multipliedBy(interval));
        service.call();
        if (at % Heartbeat.PERIOD.toMillis() == 0) {
            service.heartbeat.beat();
        }
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        Heartbeat heartbeat = Heartbeat.create(service.ticker);
        DrainCoordinator.Builder builder = DrainCoordinator.builder(
                Availability.create(InstantSource.system()),
                ConcurrencyLimiter.builder("b").build(),
                heartbeat);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.deadline(Duration.ZERO))
                .withMessage("deadline must be positive and at most 1 h: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.quiet(Duration.ofSeconds(-1)))
                .withMessageContaining("quiet")
                .withMessageContaining("PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.settleMax(Duration.ofHours(2)))
                .withMessageContaining("settleMax")
                .withMessageContaining("PT2H");
    }
}
