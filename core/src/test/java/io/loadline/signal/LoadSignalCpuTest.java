/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.internal.ProcessCpu;
import io.loadline.memory.FakeMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a CPU quota that changes does to the load: at a service that sustains 100 calls/s, or 10 in flight, with one CPU. */
class LoadSignalCpuTest {
    private final AtomicLong cpuNanos = new AtomicLong();
    private FakeMachine machine;
    private SimulatedService service;

    @BeforeEach
    void start(@TempDir Path root) {
        machine = new FakeMachine(root).unifiedContainer().file("sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
        quota(100_000);
        service = new SimulatedService(builder -> builder.own(new OwnResources(
                        root,
                        machine.ticker,
                        new ProcessCpu(machine.ticker.read(), root, cpuNanos::get),
                        new GcPauses(machine.ticker),
                        new AllocationRate(machine.ticker, () -> -1))))
                .ready();
    }

    private void quota(int micros) {
        machine.file("sys/fs/cgroup/cpu.max", micros + " 100000\n");
    }

    /** Offers calls for a while, in which the process uses so many CPUs. */
    private void offer(double perSecond, double cpus, int seconds) {
        for (int second = 0; second < seconds; second++) {
            machine.ticker.advance(Duration.ofSeconds(1));
            cpuNanos.addAndGet((long) (cpus * 1e9));
            service.offer(perSecond, Duration.ofSeconds(1));
        }
    }

    private void saturate(double cpus) {
        offer(110, cpus, 20);
        offer(60, 0.6 * cpus, 30);
        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        assertThat(service.load()).isCloseTo(0.6, within(0.05));
    }

    @Test
    void load_whenTheQuotaIsHalved_isTheTrueOneWithinSeconds() {
        saturate(1);
        quota(50_000);
        service.beatsPerCall = 2;
        offer(60, 0.5, 7);

        assertThat(service.load()).isCloseTo(1.2, within(0.1));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("cpu");

        offer(60, 0.5, 60);
        assertThat(service.signal.snapshot().capacity()).isCloseTo(5, within(0.3));
        assertThat(service.load()).isCloseTo(1.2, within(0.1));
        assertThat(service.signal.snapshot().bottleneck()).isEqualTo("cpu");
    }

    @Test
    void load_whenTheQuotaIsAsBeforeAgain_isThatOfBefore() {
        saturate(1);
        quota(50_000);
        service.beatsPerCall = 2;
        offer(40, 0.4, 30);
        assertThat(service.load()).isCloseTo(0.8, within(0.05));

        quota(100_000);
        service.beatsPerCall = 1;
        offer(40, 0.4, 16);
        assertThat(service.load()).isCloseTo(0.4, within(0.05));
    }

    /** It is short of something else, of which there is as much as before. */
    @Test
    void load_whenTheQuotaFallsToMoreThanTheCapacityTakes_stays() {
        saturate(0.4);
        quota(50_000);
        offer(60, 0.24, 30);

        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        assertThat(service.load()).isCloseTo(0.6, within(0.05));
    }

    /** A file that cannot be read for a moment is no quota that changes. */
    @Test
    void load_whileTheQuotaCannotBeRead_stays() {
        saturate(1);
        machine.file("sys/fs/cgroup/cpu.max", "nonsense\n");
        offer(60, 0.6, 10);

        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.3));
        assertThat(service.load()).isCloseTo(0.6, within(0.05));
    }
}
