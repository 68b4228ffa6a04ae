/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.availability.ServiceState;
import io.loadline.memory.FakeMachine;
import io.loadline.signal.Saturation.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What saturations do to the load: at a service whose capacity is known to be 100 calls/s, or 10 in flight. */
class LoadSignalSaturationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private double pool = 0.3;
    private double symptom = 0.1;
    private final AtomicReference<String> waitedFor = new AtomicReference<>();
    private final SimulatedService service = new SimulatedService(
                    builder -> builder.saturation(source("pool", Kind.PLACES))
                            .saturation(source("lag", Kind.SYMPTOM))
                            .dependencies(Optional::empty, () -> Optional.ofNullable(waitedFor.get())))
            .ready();

    private Saturation source(String name, Kind kind) {
        return new Saturation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Kind kind() {
                return kind;
            }

            @Override
            public double utilization() {
                return kind == Kind.PLACES ? pool : symptom;
            }

            @Override
            public String detail() {
                return Double.isNaN(utilization()) ? "it sleeps" : "orders: 3 of 10";
            }
        };
    }

    private void slowDown() {
        service.offer(110, Duration.ofSeconds(20));
        service.offer(50, Duration.ofSeconds(30));
        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        service.beatsPerCall = 2;
        service.offer(100, Duration.ofSeconds(40));
    }

    @Test
    void load_beforeTheFirstSaturation_isTheLargestShareInUse_andNoSymptom() {
        pool = 0.6;
        symptom = 5;
        service.offer(10, Duration.ofSeconds(20));

        assertThat(service.load()).isCloseTo(0.6, within(1e-9));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("lag");
    }

    /** A slow dependency fills the pool that leads to it, and must not lower the capacity by that. */
    @Test
    void capacity_whileAPoolIsFullAndADependencyIsSlow_stays() {
        pool = 1.5;
        waitedFor.set("db");
        slowDown();

        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        assertThat(service.load()).isLessThan(1.3);
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("dependency:db");
    }

    @Test
    void capacity_whileAPoolIsFull_followsDown() {
        pool = 1.5;
        slowDown();

        assertThat(service.signal.snapshot().capacity()).isCloseTo(5, within(0.5));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("pool");
    }

    @Test
    void capacity_underASymptom_followsDown_dependencyOrNot() {
        symptom = 0.9;
        waitedFor.set("db");
        slowDown();

        assertThat(service.signal.snapshot().capacity()).isCloseTo(5, within(0.5));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("lag");
    }

    @Test
    void explanation_namesTheBottlenecksDetail_andWhatIsUnknown() {
        pool = 0.9;
        service.offer(10, Duration.ofSeconds(20));
        assertThat(service.signal.snapshot().bottleneckSince())
                .isEqualTo(service.clock.instant().minusSeconds(19));
        String explanation = service.signal.snapshot().explanation();
        assertThat(explanation)
                .contains(
                        "Bottleneck: pool at 90 % (orders: 3 of 10) since 2026-11-01T",
                        "Unknown: cpu.throttling (no CPU cgroup is to be seen), io (the kernel tells no pressure).");

        symptom = Double.NaN;
        service.offer(10, SECOND);
        assertThat(service.signal.snapshot().saturations()).doesNotContainKey("lag");
        assertThat(service.signal.snapshot().saturationDetails()).containsEntry("lag", "it sleeps");
        assertThat(service.signal.snapshot().explanation()).contains("lag (it sleeps).");
    }

    @Test
    void throttling_ofTheQuota_makesTheCpuTheBottleneck(@TempDir Path root) {
        FakeMachine machine = new FakeMachine(root).unifiedContainer();
        SimulatedService throttled =
                new SimulatedService(builder -> builder.own(new OwnResources(root, machine.ticker)));
        throttled.ready();
        for (int second = 0; second < 10; second++) {
            machine.file(
                    "sys/fs/cgroup/cpu.stat",
                    "nr_periods " + 10 * (second + 1) + "\nnr_throttled " + 9 * (second + 1) + "\n");
            throttled.offer(10, SECOND);
        }

        assertThat(throttled.signal.snapshot().saturations().get("cpu.throttling"))
                .isCloseTo(0.9, within(1e-9));
        assertThat(throttled.signal.snapshot().bottleneck()).isEqualTo("cpu");
        assertThat(throttled.signal.snapshot().explanation()).contains(", cpu.throttling at 90 % since ");
        assertThat(throttled.load()).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void collector_thatTakesAThirdOfTheTime_isTheBottleneck() {
        for (int second = 0; second < 12; second++) {
            service.pauses = new GcPauses.Counts(service.pauses.pauses() + 4, service.pauses.millis() + 340);
            service.offer(10, SECOND);
        }
        SignalSnapshot snapshot = service.signal.snapshot();

        assertThat(snapshot.bottleneck()).isEqualTo("gc");
        assertThat(snapshot.process().gcShare()).isCloseTo(0.34, within(1e-9));
        assertThat(snapshot.process().gcPauseSeconds()).isCloseTo(0.085, within(1e-9));
        assertThat(snapshot.explanation()).contains("gc at 136 % (34 % of the last seconds in 40 pauses of 85 ms)");
    }

    @Test
    void arrivalTrend_ofARamp_isItsSlope() {
        assertThat(service.signal.snapshot().arrivalTrend()).isNaN();
        for (int second = 0; second < 30; second++) {
            service.offer(20 + 2 * second, SECOND);
        }

        assertThat(service.signal.snapshot().arrivalTrend()).isCloseTo(2, within(0.3));
        assertThat(service.signal.snapshot().explanation()).contains("calls/s are offered (+");
    }

    /** What was offered to a service that was not ready is no history of one that is. */
    @Test
    void arrivalTrend_beginsAnewWhenReady() {
        SimulatedService late = new SimulatedService();
        late.offer(5, Duration.ofSeconds(30));
        late.ready();
        late.offer(50, Duration.ofSeconds(5));
        assertThat(late.signal.snapshot().arrivalTrend()).isNaN();

        late.offer(50, Duration.ofSeconds(25));
        assertThat(late.signal.snapshot().arrivalTrend()).isCloseTo(0, within(0.3));
    }

    @Test
    void bottleneck_whileTheProcessStandsStill_stays() {
        pool = 0.9;
        service.offer(10, Duration.ofSeconds(20));
        SignalSnapshot before = service.signal.snapshot();
        service.ticker.advance(Duration.ofMinutes(10));
        service.offer(10, Duration.ofMillis(100));

        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("pool");
        assertThat(service.signal.snapshot().bottleneckSince()).isEqualTo(before.bottleneckSince());
        assertThat(service.signal.snapshot().arrivalTrend()).isEqualTo(before.arrivalTrend());
    }

    @Test
    void dependencies_thatCannotBeTold_areNone_andTheLoadGoesOn() {
        try (LogCapture log = LogCapture.of(LoadSignal.class)) {
            SimulatedService odd = new SimulatedService(builder -> builder.dependencies(
                            () -> {
                                throw new AssertionError("mine");
                            },
                            () -> {
                                throw new IllegalStateException("mine");
                            }))
                    .ready();
            odd.utilization = 0.8;
            odd.offer(10, Duration.ofSeconds(20));

            assertThat(odd.load()).isCloseTo(0.8, within(1e-9));
            assertThat(odd.signal.snapshot().bottleneck()).isEqualTo("workers");
            assertThat(log.warnings()).hasSize(1);
        }
    }

    /** A change of state needs the signal's lock. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void dependencies_areAskedOutsideTheLock() {
        AtomicReference<SimulatedService> asked = new AtomicReference<>();
        AtomicReference<ServiceState> seen = new AtomicReference<>();
        asked.set(new SimulatedService(builder -> builder.dependencies(
                        () -> {
                            CompletableFuture<Boolean> drains = CompletableFuture.supplyAsync(
                                    () -> asked.get().availability.draining("now"));
                            seen.set(drains.thenApply(drained -> asked.get()
                                            .signal
                                            .snapshot()
                                            .lastChange()
                                            .to())
                                    .join());
                            return Optional.empty();
                        },
                        Optional::empty))
                .ready());
        asked.get().offer(10, SECOND);

        assertThat(seen).hasValue(ServiceState.DRAINING);
    }
}
