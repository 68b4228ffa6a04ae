/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.internal.Listeners;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the memory every 10 s, every second while the service starts, and tells what became of it. Thread-safe. */
public final class MemoryMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryMonitor.class);
    private static final long STARTING_NANOS = 1_000_000_000L;
    private static final long TOLERANCE_NANOS = Heartbeat.PERIOD.toNanos() / 2;

    private final String name;
    private final MemoryReader reader;
    private final BooleanSupplier started;
    private final LongSupplier completedCalls;
    private final long intervalNanos;
    private final Listeners<Consumer<MemorySnapshot>, MemorySnapshot> listeners = new Listeners<>(Consumer::accept);
    private final Listeners<Consumer<LimitChange>, LimitChange> limitListeners = new Listeners<>(Consumer::accept);
    private final Registration beats;

    /** Confined to the beat, as all below that is not volatile. */
    private final MemoryStability stability;

    /** Written by the beat, read by everybody; 10 s stale. Null before the first beat. */
    private volatile @Nullable MemorySnapshot snapshot;

    private long dueNanos;
    private OptionalLong startupPeak = OptionalLong.empty();
    private OptionalLong startupLivePeak = OptionalLong.empty();
    private @Nullable OptionalLong limit;
    private boolean limitMissing;
    private long limitChanges;

    private MemoryMonitor(Builder builder) {
        this.name = builder.name;
        this.reader = builder.reader;
        this.started = builder.started;
        this.completedCalls = builder.completedCalls;
        this.intervalNanos = builder.interval.toNanos();
        this.stability =
                builder.forTests ? MemoryStability.overAnyWindow(builder.window) : MemoryStability.over(builder.window);
        this.dueNanos = builder.heartbeat.ticker().read();
        this.beats = builder.heartbeat.listen(beat -> beat(beat.nowNanos()));
    }

    /** A builder for a monitor of the service named {@code name} that reads when {@code heartbeat} says so. */
    public static Builder builder(String name, Heartbeat heartbeat) {
        return new Builder(name, heartbeat);
    }

    /** What it reads with; anybody may. */
    public MemoryReader reader() {
        return reader;
    }

    /** What is known after the last reading; the first one is taken by whoever asks before the first beat. */
    public MemorySnapshot snapshot() {
        MemorySnapshot last = snapshot;
        return last == null ? initial(reader.read()) : last;
    }

    /** Adds a listener that is told of each reading. */
    @CanIgnoreReturnValue
    public Registration listen(Consumer<MemorySnapshot> listener) {
        return listeners.add(listener)::run;
    }

    /** Adds a listener that is told when the limit changes. */
    @CanIgnoreReturnValue
    public Registration onLimitChange(Consumer<LimitChange> listener) {
        return limitListeners.add(listener)::run;
    }

    /** Stops reading. */
    @Override
    public void close() {
        beats.close();
    }

    private void beat(long nowNanos) {
        if (nowNanos - dueNanos < -TOLERANCE_NANOS) {
            return;
        }
        boolean isStarted = started.getAsBoolean();
        dueNanos = nowNanos + (isStarted ? intervalNanos : Math.min(intervalNanos, STARTING_NANOS));
        MemoryReading reading = reader.read();
        if (!isStarted) {
            startupPeak = greater(startupPeak, reading.footprintBytes());
            startupLivePeak = greater(startupLivePeak, reading.heapLiveBytes());
        }
        MemoryState before = stability.state();
        if (stability.add(reading, isStarted, completedCalls.getAsLong())) {
            logState(before);
        }
        LimitChange change = followLimit(reading);
        MemorySnapshot made = new MemorySnapshot(
                reading,
                stability.state(),
                stability.state() == MemoryState.WARMING
                        ? Duration.ZERO
                        : Duration.ofNanos(reading.atNanos() - stability.sinceNanos()),
                stability.reason(),
                stability.footprintTrend(),
                stability.liveTrend(),
                stability.steady(),
                startupPeak,
                startupLivePeak,
                limitChanges);
        snapshot = made;
        if (change != null) {
            limitListeners.publish(change);
        }
        listeners.publish(made);
    }

    /** Unknown is no change: a limit must be missing twice, beside a working set that can be read, to have been lifted. */
    private @Nullable LimitChange followLimit(MemoryReading reading) {
        if (reading.workingSetBytes().isEmpty()) {
            return null;
        }
        OptionalLong before = limit;
        boolean missesFirst =
                before != null && before.isPresent() && reading.limitBytes().isEmpty() && !limitMissing;
        limitMissing = missesFirst;
        if (missesFirst) {
            return null;
        }
        limit = reading.limitBytes();
        if (before == null || before.equals(limit)) {
            return null;
        }
        limitChanges++;
        LimitChange change = new LimitChange(before, limit, reading);
        logLimit(change);
        return change;
    }

    private void logState(MemoryState before) {
        if (stability.state() == MemoryState.LEAK_SUSPECT) {
            LOG.warn("{}: memory {} -> {}: {}", name, before, stability.state(), stability.reason());
        } else {
            LOG.info("{}: memory {} -> {}: {}", name, before, stability.state(), stability.reason());
        }
    }

    private void logLimit(LimitChange change) {
        String from = text(change.fromBytes());
        String to = text(change.toBytes());
        if (change.isBelowUse()) {
            LOG.warn(
                    "{}: memory limit {} -> {}, below the {} in use",
                    name,
                    from,
                    to,
                    text(change.reading().workingSetBytes()));
        } else if (change.isBelowHeap()) {
            LOG.warn(
                    "{}: memory limit {} -> {}, but the heap may grow to {}",
                    name,
                    from,
                    to,
                    text(change.reading().heapMaxBytes()));
        } else {
            LOG.info("{}: memory limit {} -> {}", name, from, to);
        }
    }

    private static MemorySnapshot initial(MemoryReading reading) {
        return new MemorySnapshot(
                reading,
                MemoryState.WARMING,
                Duration.ZERO,
                "the start is not over",
                MemoryTrend.NONE,
                MemoryTrend.NONE,
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                0);
    }

    private static OptionalLong greater(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || (other.isPresent() && other.getAsLong() > one.getAsLong()) ? other : one;
    }

    private static String text(OptionalLong bytes) {
        return bytes.isEmpty()
                ? "none"
                : String.format(Locale.ROOT, "%.1f MiB", bytes.getAsLong() / (double) (1 << 20));
    }

    /** Builds monitors. Not thread-safe. */
    public static final class Builder {
        private static final int LEAST_READINGS = 10;

        private final String name;
        private final Heartbeat heartbeat;
        private MemoryReader reader = MemoryReader.system();
        private BooleanSupplier started = () -> true;
        private LongSupplier completedCalls = () -> 0;
        private Duration interval = Duration.ofSeconds(10);
        private Duration window = Duration.ofMinutes(10);
        private boolean forTests;

        private Builder(String name, Heartbeat heartbeat) {
            this.name = name;
            this.heartbeat = heartbeat;
        }

        /** Sets what reads. Default: {@link MemoryReader#system()}. */
        @CanIgnoreReturnValue
        public Builder reader(MemoryReader reader) {
            this.reader = reader;
            return this;
        }

        /**
         * Sets the time between two readings. Default: 10 s.
         *
         * @throws IllegalArgumentException unless it is between 1 s and 1 minute
         */
        @CanIgnoreReturnValue
        public Builder interval(Duration interval) {
            checkArgument(
                    interval.compareTo(Duration.ofSeconds(1)) >= 0 && interval.compareTo(Duration.ofMinutes(1)) <= 0,
                    "interval must be between 1 second and 1 minute: %s",
                    interval);
            this.interval = interval;
            return this;
        }

        /**
         * Sets over which time memory must stay where it is to be called stable; at least ten intervals. Default: 10
         * minutes.
         *
         * @throws IllegalArgumentException unless it is between 3 minutes and 1 day
         */
        @CanIgnoreReturnValue
        public Builder window(Duration window) {
            MemoryStability unused = MemoryStability.over(window);
            this.window = window;
            return this;
        }

        /** Both shorter than a service should have, for tests. */
        @CanIgnoreReturnValue
        Builder anyIntervalAndWindow(Duration interval, Duration window) {
            this.interval = interval;
            this.window = window;
            this.forTests = true;
            return this;
        }

        /**
         * Sets who knows whether the service has started: it is ready, and no stage runs. While it has not, the peak of the
         * start is taken, and be it for a stage that runs later. Default: it has.
         */
        @CanIgnoreReturnValue
        public Builder started(BooleanSupplier started) {
            this.started = started;
            return this;
        }

        /** Sets who counts the calls that have ended; they are how load is seen. Default: there are none. */
        @CanIgnoreReturnValue
        public Builder completedCalls(LongSupplier completedCalls) {
            this.completedCalls = completedCalls;
            return this;
        }

        /**
         * Checks what can only be checked together.
         *
         * @throws IllegalArgumentException if the window is shorter than ten intervals, too few readings for a verdict
         */
        @CanIgnoreReturnValue
        public Builder check() {
            checkArgument(
                    forTests || window.compareTo(interval.multipliedBy(LEAST_READINGS)) >= 0,
                    "window must be at least %s x interval: %s < %s x %s",
                    LEAST_READINGS,
                    window,
                    LEAST_READINGS,
                    interval);
            return this;
        }

        /**
         * A new monitor.
         *
         * @throws IllegalArgumentException as {@link #check()}
         */
        public MemoryMonitor build() {
            check();
            return new MemoryMonitor(this);
        }
    }
}
