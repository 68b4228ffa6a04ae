/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When there is a load at all: validity, and sources that lie, throw or are silent. */
class LoadSignalValidityTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedService service = new SimulatedService();

    @Test
    void validity_fromStartToStop_followsTheState() {
        service.offer(50, Duration.ofSeconds(3));
        assertSilent(Validity.STARTING);

        assertThat(service.availability.warming("")).isTrue();
        assertSilent(Validity.WARMING);
        service.offer(50, Duration.ofSeconds(3));
        assertSilent(Validity.WARMING);

        service.ready();
        assertSilent(Validity.NO_DATA);
        service.offer(50, SECOND);
        assertThat(service.signal.snapshot().validity()).isEqualTo(Validity.VALID);
        assertThat(service.load()).isFinite();

        assertThat(service.availability.draining("")).isTrue();
        assertSilent(Validity.DRAINING);
        service.offer(50, Duration.ofSeconds(3));
        assertSilent(Validity.DRAINING);

        assertThat(service.availability.stopped("")).isTrue();
        assertSilent(Validity.STOPPED);
    }

    @ParameterizedTest
    @EnumSource(
            value = ServiceState.class,
            names = {"DRAINING", "STOPPED", "BROKEN"})
    void validity_whenAReadyServiceLeaves_isGoneAtOnce(ServiceState state) {
        service.ready();
        service.offer(50, Duration.ofSeconds(3));
        int before = service.snapshots.size();

        assertThat(
                        switch (state) {
                            case DRAINING -> service.availability.draining("");
                            case STOPPED -> service.availability.stopped("");
                            default -> service.availability.broken("");
                        })
                .isTrue();

        assertSilent(Validity.valueOf(state.name()));
        assertThat(service.snapshots).hasSize(before + 1);
        assertThat(service.signal.snapshot().lastChange().to()).isEqualTo(state);
    }

    /** The second in which the service became ready is not one of a warm service. */
    @ParameterizedTest
    @ValueSource(ints = {100, 500, 900})
    void validity_untilAWholeSecondAfterReady_isNoData(int millisIntoTheTick) {
        service.utilization = 0.9;
        service.offer(0, Duration.ofSeconds(2).plusMillis(millisIntoTheTick));
        service.ready();
        service.utilization = 0.1;
        service.offer(0, Duration.ofMillis(900));
        assertSilent(Validity.NO_DATA);

        service.offer(0, Duration.ofMillis(100));
        assertThat(service.load()).isEqualTo(0.1);
    }

    /** The service has become ready, but the signal has not been told when it ticks. */
    @Test
    void validity_ofATickBetweenAChangeAndItsNews_isNotThatOfAWarmService() {
        service.offer(50, Duration.ofMillis(1_900));
        List<Validity> during = new ArrayList<>();
        try (LogCapture log = LogCapture.of(Availability.class, message -> {
            service.offer(50, Duration.ofMillis(500));
            during.add(service.signal.snapshot().validity());
        })) {
            service.ready();
            assertThat(log.messages()).hasSize(1);
        }

        assertThat(during).containsExactly(Validity.STARTING);
        assertSilent(Validity.NO_DATA);
    }

    @Test
    void arrivalRate_afterReady_doesNotCountWhatCameBefore() {
        service.offer(100, Duration.ofMillis(900));
        service.ready();
        service.offer(50, SECOND);

        // 10 that were running when the service became ready end in that second.
        assertThat(service.signal.snapshot().arrivalRate()).isBetween(45.0, 60.0);
    }

    @Test
    void arrivalRate_ofASignalThatCameLate_doesNotCountWhatCameBefore() {
        service.ready();
        service.offer(100, Duration.ofMinutes(1));
        LoadSignal late = LoadSignal.builder(service.limiter, service.availability, service.heartbeat)
                .build();
        service.offer(50, SECOND);

        assertThat(late.snapshot().arrivalRate()).isBetween(45.0, 60.0);
    }

    @Test
    void close_ofTheSignal_leavesNoLoadBehind() {
        service.ready();
        service.offer(50, Duration.ofSeconds(3));
        service.signal.close();
        assertSilent(Validity.NO_DATA);

        int before = service.snapshots.size();
        service.offer(50, Duration.ofSeconds(3));
        assertThat(service.snapshots).hasSize(before);
    }

    /** A listener that is told of a valid load after the service has begun to drain would publish it. */
    @Test
    void snapshots_areToldInTheOrderTheyWereMade() {
        AtomicReference<SignalSnapshot> latest = new AtomicReference<>();
        service.signal.listen(snapshot -> {
            if (snapshot.validity() == Validity.VALID && service.availability.state() == ServiceState.READY) {
                assertThat(service.availability.draining("while the tick is told"))
                        .isTrue();
            }
        });
        service.signal.listen(latest::set);
        service.ready();
        service.offer(50, Duration.ofSeconds(1));

        assertThat(latest.get().validity()).isEqualTo(Validity.DRAINING);
        assertThat(latest.get()).isSameAs(service.signal.snapshot());
    }

    static Stream<Arguments> badSources() {
        return Stream.of(
                Arguments.of("NaN", (DoubleSupplier) () -> Double.NaN, 0),
                Arguments.of("infinite", (DoubleSupplier) () -> Double.POSITIVE_INFINITY, 0),
                Arguments.of("minus infinite", (DoubleSupplier) () -> Double.NEGATIVE_INFINITY, 0),
                Arguments.of("exception", (DoubleSupplier) () -> thrown(new IllegalStateException("mine")), 1),
                Arguments.of("error", (DoubleSupplier) () -> thrown(new NoClassDefFoundError("mine")), 1));
    }

    @ParameterizedTest
    @MethodSource("badSources")
    void saturation_thatIsNoNumber_countsAsUnknown(String kind, DoubleSupplier bad, int warnings) {
        try (LogCapture log = LogCapture.of(SaturationReader.class)) {
            SimulatedService odd = new SimulatedService(builder -> builder.saturation(Saturation.of("odd", bad)));
            odd.ready();
            odd.offer(50, Duration.ofSeconds(5));

            assertThat(odd.load()).as(kind).isEqualTo(0.3);
            assertThat(odd.signal.snapshot().saturations())
                    .containsKey("workers")
                    .doesNotContainKey("odd");
            assertThat(log.warnings()).hasSize(warnings);
        }
    }

    /** As beans of the JVM say that they do not know. */
    @Test
    void saturation_belowZero_isUnknown() {
        service.utilization = -1;
        service.ready();
        service.offer(0, SECOND);

        assertThat(service.signal.snapshot().saturations()).doesNotContainKey("workers");
    }

    @Test
    void saturation_ofSeveralWithOneName_isTheMostUsed() {
        SimulatedService pools = new SimulatedService(builder ->
                builder.saturation(Saturation.of("pool", () -> 0.7)).saturation(Saturation.of("pool", () -> 0.5)));
        pools.ready();
        pools.offer(0, SECOND);

        assertThat(pools.signal.snapshot().saturations()).containsEntry("pool", 0.7);
        assertThat(pools.signal.snapshot().bottleneck()).isEqualTo("pool");
    }

    @Test
    void bottleneck_whenADependencyIsCutOff_isThat_beforeAnythingBusyHere() {
        AtomicReference<String> cutOff = new AtomicReference<>();
        AtomicReference<String> waitedFor = new AtomicReference<>("stock");
        SimulatedService dependent = new SimulatedService(builder -> builder.dependencies(
                () -> Optional.ofNullable(cutOff.get()), () -> Optional.ofNullable(waitedFor.get())));
        dependent.ready();
        dependent.offer(0, SECOND);
        assertThat(dependent.signal.snapshot().bottleneck()).isEqualTo("dependency:stock");
        dependent.utilization = 0.9;
        dependent.offer(0, SECOND);
        assertThat(dependent.signal.snapshot().bottleneck()).isEqualTo("workers");
        cutOff.set("prices");
        dependent.offer(0, SECOND);
        assertThat(dependent.signal.snapshot().bottleneck()).isEqualTo("dependency:prices");
        assertThat(Explanation.of(dependent.signal.snapshot()))
                .contains("Bottleneck: dependency:prices since 2026-11-01T");
    }

    @Test
    @SuppressWarnings("NullAway")
    void saturation_withoutAName_isRefused() {
        Saturation nameless = Saturation.of(null, () -> 0.5);

        assertThatNullPointerException()
                .isThrownBy(() -> new SimulatedService(builder -> builder.saturation(nameless)))
                .withMessage("a saturation needs a name");
    }

    private void assertSilent(Validity validity) {
        SignalSnapshot snapshot = service.signal.snapshot();
        assertThat(snapshot.validity()).isEqualTo(validity);
        assertThat(snapshot.load()).isNaN();
        assertThat(snapshot.loadPercent()).isNaN();
        assertThat(snapshot.explanation()).contains("No load is published", validity.reason());
    }

    private static double thrown(RuntimeException e) {
        throw e;
    }

    private static double thrown(Error e) {
        throw e;
    }
}
