/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReading;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Instances that start at once on one node, in virtual time: each boots, comes to its own gate, takes twice its steady
 * memory while its stage runs, and gives half of it back. Not thread-safe.
 */
final class SimulatedFleet {
    static final long MIB = 1 << 20;

    private static final long STEP_NANOS = Duration.ofMillis(10).toNanos();

    /** The machine has so many CPUs: more stages than that slow each other down. */
    private static final double CPUS = 2;

    /** What an instance takes once it has booted, as a share of its steady memory. */
    private static final double BOOTED = 0.6;

    private final ManualTicker ticker = new ManualTicker();
    private final Random random;
    private final List<Instance> instances = new ArrayList<>();
    private final long steadyBytes;
    private final double growSeconds;
    private final double holdSeconds;
    private double seconds;
    private double noiseBytes;
    private double peakBytes;

    /** Stages that grow for so many seconds and work on what they have for so many more. */
    SimulatedFleet(
            int size,
            long seed,
            long steadyBytes,
            double growSeconds,
            double holdSeconds,
            Consumer<MemoryGate.Builder> gate) {
        this.random = new Random(seed);
        this.steadyBytes = steadyBytes;
        this.growSeconds = growSeconds;
        this.holdSeconds = holdSeconds;
        for (int i = 0; i < size; i++) {
            instances.add(new Instance("orders-" + Long.toHexString(random.nextLong()), gate));
        }
    }

    /** Runs until all are ready. */
    void run() {
        while (instances.stream().anyMatch(instance -> instance.readyAt < 0)) {
            ticker.advanceNanos(STEP_NANOS);
            seconds += STEP_NANOS / 1e9;
            noiseBytes = 0.98 * noiseBytes + 0.3 * MIB * random.nextGaussian();
            instances.forEach(Instance::step);
            peakBytes = Math.max(
                    peakBytes,
                    instances.stream().mapToDouble(each -> each.bytes).sum());
        }
    }

    double peakOfSteady() {
        return peakBytes / steadyBytes / instances.size();
    }

    double lastReadySeconds() {
        return instances.stream().mapToDouble(each -> each.readyAt).max().orElseThrow();
    }

    double firstReadySeconds() {
        return instances.stream().mapToDouble(each -> each.readyAt).min().orElseThrow();
    }

    /** How long the stages of all take one after the other. */
    double serialSeconds() {
        return instances.size() * (growSeconds + holdSeconds);
    }

    /** When the instances that are not at their gate any more began. */
    List<Instance> byBeginning() {
        return instances.stream()
                .sorted(Comparator.comparing(each -> each.beganAt))
                .toList();
    }

    private MemoryReading read() {
        double used = instances.stream().mapToDouble(each -> each.bytes).sum();
        return Readings.node((long) ((8L << 30) - used + noiseBytes));
    }

    private double slowdown() {
        return Math.max(1, instances.stream().filter(each -> each.isRunning()).count() / CPUS);
    }

    final class Instance {
        private final MemoryGate gate;
        private final Turn turn;
        private final double bootSeconds = 1 + random.nextDouble();
        private double nextAskAt;
        private double work;
        private double bytes;
        double beganAt = -1;
        double readyAt = -1;
        private double releaseAt = Double.MAX_VALUE;

        Instance(String name, Consumer<MemoryGate.Builder> configure) {
            MemoryGate.Builder builder =
                    MemoryGate.builder(SimulatedFleet.this::read, ticker).instance(name);
            configure.accept(builder);
            this.gate = builder.build();
            StartupStage stage = StartupStage.builder("catalog", context -> {})
                    .estimateBytes(steadyBytes)
                    .build();
            this.turn = gate.turn(stage, true, OptionalLong.empty(), OptionalLong.empty());
        }

        boolean isRunning() {
            return beganAt >= 0 && readyAt < 0;
        }

        void step() {
            if (seconds < bootSeconds) {
                bytes = BOOTED * steadyBytes * seconds / bootSeconds;
            } else if (beganAt < 0) {
                ask();
            } else if (readyAt < 0) {
                work();
            } else if (seconds >= releaseAt) {
                gate.release();
                releaseAt = Double.MAX_VALUE;
            }
        }

        private void ask() {
            if (seconds < nextAskAt) {
                return;
            }
            if (gate.tryEnter(turn, gate.read())) {
                beganAt = seconds;
            } else {
                nextAskAt = seconds + gate.pauseNanos(turn) / 1e9;
            }
        }

        private void work() {
            work += STEP_NANOS / 1e9 / slowdown();
            double grown = Math.min(1, work / growSeconds);
            bytes = steadyBytes * (BOOTED + (2 - BOOTED) * grown);
            if (work >= growSeconds + holdSeconds) {
                bytes = steadyBytes;
                readyAt = seconds;
                releaseAt = seconds + 0.2;
            }
        }
    }
}
