/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.LogCapture;
import io.loadline.internal.Listeners;
import io.loadline.time.Heartbeat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryMonitorTest {
    @TempDir
    Path root;

    private FakeMachine machine;
    private Heartbeat heartbeat;
    private final AtomicBoolean started = new AtomicBoolean(true);
    private final AtomicInteger readings = new AtomicInteger();

    @BeforeEach
    void machine() {
        machine = new FakeMachine(root);
        machine.unifiedContainer().unified("sys/fs/cgroup", "" + 1_024 * MIB, 300 * MIB, 0, 200 * MIB);
        heartbeat = Heartbeat.create(machine.ticker);
    }

    private MemoryMonitor monitor() {
        MemoryReader reader = machine.reader();
        return MemoryMonitor.builder("shop", heartbeat)
                .reader(() -> {
                    readings.incrementAndGet();
                    return reader.read();
                })
                .started(started::get)
                .build();
    }

    private void run(Duration duration) {
        for (long left = duration.toMillis(); left > 0; left -= 100) {
            machine.ticker.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }
    }

    @Test
    void readings_areTakenEverySecondDuringTheStartThenEveryTen() {
        started.set(false);
        MemoryMonitor monitor = monitor();
        run(Duration.ofSeconds(10));
        assertThat(readings).hasValueBetween(10, 11);

        started.set(true);
        readings.set(0);
        run(Duration.ofSeconds(100));
        assertThat(readings).hasValueBetween(10, 11);

        monitor.close();
        readings.set(0);
        run(Duration.ofSeconds(30));
        assertThat(readings).hasValue(0);
    }

    /** A window of fewer readings would never get a verdict. */
    @Test
    void window_ofTooFewReadings_isRefused() {
        MemoryMonitor.Builder builder = MemoryMonitor.builder("shop", heartbeat)
                .interval(Duration.ofSeconds(30))
                .window(Duration.ofSeconds(299));

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage("window must be at least 10 x interval: PT4M59S < 10 x PT30S");
        builder.window(Duration.ofMinutes(5)).build().close();
    }

    @Test
    void snapshot_beforeTheFirstBeat_isRead() {
        MemorySnapshot snapshot = monitor().snapshot();

        assertThat(snapshot.state()).isEqualTo(MemoryState.WARMING);
        assertThat(snapshot.reading().workingSetBytes()).hasValue(300 * MIB);
    }

    @Test
    void startupPeak_isTheLargestFootprintBeforeTheServiceHadStarted() {
        started.set(false);
        MemoryMonitor monitor = monitor();
        run(Duration.ofSeconds(2));
        machine.unified("sys/fs/cgroup", "" + 1_024 * MIB, 700 * MIB, 0, 200 * MIB);
        run(Duration.ofSeconds(2));
        machine.unified("sys/fs/cgroup", "" + 1_024 * MIB, 300 * MIB, 0, 200 * MIB);
        run(Duration.ofSeconds(2));
        started.set(true);
        machine.unified("sys/fs/cgroup", "" + 1_024 * MIB, 900 * MIB, 0, 200 * MIB);
        run(Duration.ofSeconds(20));
        assertThat(monitor.snapshot().startupPeakBytes()).hasValue(700 * MIB);

        // A stage that comes later belongs to it.
        started.set(false);
        machine.unified("sys/fs/cgroup", "" + 1_024 * MIB, 800 * MIB, 0, 200 * MIB);
        run(Duration.ofSeconds(20));
        assertThat(monitor.snapshot().startupPeakBytes()).hasValue(800 * MIB);
        assertThat(monitor.snapshot().state()).isEqualTo(MemoryState.SETTLING);
    }

    @Test
    void limit_changedInPlace_isAnEvent() {
        MemoryMonitor monitor = monitor();
        List<LimitChange> changes = new ArrayList<>();
        monitor.onLimitChange(changes::add);
        try (LogCapture log = LogCapture.of(MemoryMonitor.class)) {
            run(Duration.ofSeconds(30));
            assertThat(changes).isEmpty();

            machine.file("sys/fs/cgroup/memory.max", "" + 2_048 * MIB);
            run(Duration.ofSeconds(30));
            machine.file("sys/fs/cgroup/memory.max", "max");
            run(Duration.ofSeconds(30));
            machine.file("sys/fs/cgroup/memory.max", "" + 256 * MIB);
            run(Duration.ofSeconds(30));

            assertThat(changes).hasSize(3);
            assertThat(changes.get(0).fromBytes()).hasValue(1_024 * MIB);
            assertThat(changes.get(0).toBytes()).hasValue(2_048 * MIB);
            assertThat(changes.get(1).toBytes()).isEmpty();
            assertThat(changes.get(2).isBelowUse()).isTrue();
            assertThat(monitor.snapshot().limitChanges()).isEqualTo(3);
            assertThat(log.warnings()).contains("shop: memory limit none -> 256.0 MiB, below the 300.0 MiB in use");
        }
    }

    /** A file that cannot be read for a while tells nothing of the limit. */
    @Test
    void limit_thatCannotBeRead_isNoEvent() {
        MemoryMonitor monitor = monitor();
        List<LimitChange> changes = new ArrayList<>();
        monitor.onLimitChange(changes::add);
        run(Duration.ofSeconds(30));
        machine.remove("sys/fs/cgroup/memory.current").remove("sys/fs/cgroup/memory.max");
        run(Duration.ofSeconds(30));
        machine.unified("sys/fs/cgroup", "" + 1_024 * MIB, 300 * MIB, 0, 200 * MIB);
        run(Duration.ofSeconds(90));
        machine.file("sys/fs/cgroup/memory.max", "garbage");
        run(Duration.ofSeconds(10));
        machine.file("sys/fs/cgroup/memory.max", "" + 1_024 * MIB);
        run(Duration.ofSeconds(90));

        assertThat(changes).isEmpty();
        assertThat(monitor.snapshot().reading().limitBytes()).hasValue(1_024 * MIB);
    }

    @Test
    void reader_thatThrows_isLoggedOnceAndAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        MemoryReader real = machine.reader();
        MemoryMonitor monitor = MemoryMonitor.builder("shop", heartbeat)
                .reader(() -> {
                    if (asked.incrementAndGet() <= 2) {
                        throw new IllegalStateException("mine");
                    }
                    return real.read();
                })
                .build();
        try (LogCapture log = LogCapture.of(Listeners.class)) {
            run(Duration.ofSeconds(60));
            assertThat(log.warnings()).hasSize(1);
        }
        assertThat(asked).hasValueBetween(6, 7);
        assertThat(monitor.snapshot().state()).isEqualTo(MemoryState.SETTLING);
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryMonitor.builder("x", heartbeat).interval(Duration.ofMillis(10)))
                .withMessage("interval must be between 1 second and 1 minute: PT0.01S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryMonitor.builder("x", heartbeat).window(Duration.ofMinutes(1)))
                .withMessage("window must be between 3 minutes and 1 day: PT1M");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryReader.builder().evictionReserveBytes(-1))
                .withMessage("evictionReserveBytes must not be negative: -1");
    }
}
