/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A process whose memory follows a script, with a collector that makes a sawtooth of it, in virtual time. Times are
 * minutes since its beginning, sizes MiB. Not thread-safe.
 */
public final class ScriptedProcess implements MemoryReader {
    public final ManualTicker ticker = new ManualTicker();
    public final Heartbeat heartbeat = Heartbeat.create(ticker);
    public final List<MemoryState> states = new ArrayList<>();
    private final Random random;
    private final long originNanos = ticker.read();
    private final List<Long> footprints = new ArrayList<>();

    DoubleUnaryOperator live = minutes -> 200;
    DoubleUnaryOperator outside = minutes -> 60;
    DoubleUnaryOperator callsPerSecond = minutes -> 50;
    DoubleUnaryOperator classes = minutes -> 9_000;
    double startMinutes = 1;
    double youngPeriod = 0.5;
    double youngGarbage = 60;
    double oldPeriod = 4;
    double oldGarbage = 40;
    double noise = 1;
    OptionalLong limit = OptionalLong.of(1_024 * MIB);
    boolean knownToTheKernel = true;
    boolean tellsOfCleanings = true;

    private double touched;
    private double calls;
    private double readAt;

    public ScriptedProcess(long seed) {
        this.random = new Random(seed);
    }

    @CanIgnoreReturnValue
    public ScriptedProcess live(DoubleUnaryOperator mibAtMinute) {
        this.live = mibAtMinute;
        return this;
    }

    /** Native memory that no bean counts. */
    @CanIgnoreReturnValue
    public ScriptedProcess outside(DoubleUnaryOperator mibAtMinute) {
        this.outside = mibAtMinute;
        return this;
    }

    @CanIgnoreReturnValue
    public ScriptedProcess calls(DoubleUnaryOperator perSecondAtMinute) {
        this.callsPerSecond = perSecondAtMinute;
        return this;
    }

    /** Garbage of the old generation grows to {@code mib} in {@code minutes}, then is cleaned away. */
    @CanIgnoreReturnValue
    public ScriptedProcess sawtooth(double mib, double minutes) {
        this.oldGarbage = mib;
        this.oldPeriod = minutes;
        return this;
    }

    /** Nobody calls, hardly anything is collected. */
    @CanIgnoreReturnValue
    public ScriptedProcess idle() {
        this.callsPerSecond = minutes -> 0;
        this.youngPeriod = 45;
        this.oldPeriod = 400;
        return this;
    }

    @CanIgnoreReturnValue
    public ScriptedProcess limit(OptionalLong bytes) {
        this.limit = bytes;
        return this;
    }

    /** No cgroup, no {@code /proc}. */
    @CanIgnoreReturnValue
    public ScriptedProcess unknownToTheKernel() {
        this.knownToTheKernel = false;
        return this;
    }

    public MemoryMonitor.Builder monitor() {
        return MemoryMonitor.builder("scripted", heartbeat)
                .reader(this)
                .started(() -> minutes() >= startMinutes)
                .completedCalls(() -> (long) calls);
    }

    /** Lets time pass; notes each new state. */
    @CanIgnoreReturnValue
    public ScriptedProcess run(MemoryMonitor monitor, Duration duration) {
        double end = minutes() + duration.toSeconds() / 60.0;
        while (minutes() < end - 1e-6) {
            ticker.advance(Duration.ofSeconds(minutes() < startMinutes ? 1 : 10));
            heartbeat.beat();
            MemoryState state = monitor.snapshot().state();
            if (states.isEmpty() || states.get(states.size() - 1) != state) {
                states.add(state);
            }
        }
        return this;
    }

    public double minutes() {
        return (ticker.read() - originNanos) / 60e9;
    }

    /** What the cgroup said on average over the last {@code minutes}. */
    public double footprintMib(int minutes) {
        return footprints.subList(Math.max(0, footprints.size() - 6 * minutes), footprints.size()).stream()
                        .mapToLong(Long::longValue)
                        .average()
                        .orElseThrow()
                / MIB;
    }

    @Override
    public MemoryReading read() {
        double now = minutes();
        calls += callsPerSecond.applyAsDouble(now) * (now - readAt) * 60;
        readAt = now;
        double lastYoung = Math.floor(now / youngPeriod) * youngPeriod;
        double lastOld = Math.floor(now / oldPeriod) * oldPeriod;
        double promoted = (Math.max(lastYoung, lastOld) - lastOld) / oldPeriod * oldGarbage;
        double young = (now - lastYoung) / youngPeriod * youngGarbage;
        double heapUsed = live.applyAsDouble(now) + promoted + young;
        // What was in use before collections is touched, whether a reading saw it or not.
        double garbage = youngGarbage + (now >= oldPeriod ? oldGarbage : promoted);
        touched = Math.max(touched, live.applyAsDouble(now) + garbage);
        double metaspace = 55;
        double codeCache = 20;
        double direct = 8;
        double footprint =
                touched + metaspace + codeCache + direct + outside.applyAsDouble(now) + noise * random.nextGaussian();
        long bytes = (long) (footprint * MIB);
        footprints.add(bytes);
        OptionalLong working = knownToTheKernel ? OptionalLong.of(bytes) : OptionalLong.empty();
        OptionalLong anonymous = knownToTheKernel ? OptionalLong.of(bytes - 5 * MIB) : OptionalLong.empty();
        return new MemoryReading(
                ticker.read(),
                knownToTheKernel ? limit : OptionalLong.empty(),
                working,
                anonymous,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                (long) (heapUsed * MIB),
                lastYoung <= 0
                        ? OptionalLong.empty()
                        : OptionalLong.of((long) ((live.applyAsDouble(lastYoung) + promoted) * MIB)),
                (long) (touched * 1.02 * MIB),
                OptionalLong.of(512 * MIB),
                (long) (metaspace * MIB),
                (long) (codeCache * MIB),
                (long) (direct * MIB),
                40,
                (long) classes.applyAsDouble(now),
                (long) (now / youngPeriod) + (long) (now / oldPeriod),
                oldLive(lastOld),
                0,
                anonymous);
    }

    private OptionalLong oldLive(double lastOld) {
        if (!tellsOfCleanings) {
            return OptionalLong.empty();
        }
        // Some bytes differ after each cleaning.
        return OptionalLong.of(lastOld <= 0 ? 0 : (long) (live.applyAsDouble(lastOld) * MIB + lastOld));
    }
}
