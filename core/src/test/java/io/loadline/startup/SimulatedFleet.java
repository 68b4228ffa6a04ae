/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReading;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Instances that start at once on one node, in virtual time: each boots, comes to a gate of its own, takes twice its steady
 * memory while its stage runs, and gives half of it back. They share the CPUs and the memory, and know nothing else of
 * each other. Not thread-safe.
 */
final class SimulatedFleet {
    static final long MIB = 1 << 20;

    private static final long STEP_NANOS = Duration.ofMillis(10).toNanos();
    private static final double STEP_SECONDS = STEP_NANOS / 1e9;
    private static final double CPUS = 2;

    /** What an instance takes once it has booted, as a share of its steady memory. */
    private static final double BOOTED = 0.9;

    private static final double COLLECTION_SECONDS = 0.1;
    private static final double CHECKPOINT_SECONDS = 0.05;

    /**
     * What all instances are. Immutable.
     *
     * @param steadyBytes what each takes at rest
     * @param bootSeconds CPU time until it comes to the gate
     * @param growSeconds how long its stage takes memory, if it has what CPU it wants
     * @param holdSeconds for how long it works on what it has taken
     * @param cpuShare the share of a CPU that the stage wants
     */
    record Shape(long steadyBytes, double bootSeconds, double growSeconds, double holdSeconds, double cpuShare) {}

    private final ManualTicker ticker = new ManualTicker();
    private final Random random;
    private final Shape shape;
    private final List<Instance> instances = new ArrayList<>();
    private double seconds;
    private double noiseBytes;
    private double peakBytes;
    private double cpuPerDemand = 1;

    SimulatedFleet(int size, long seed, Shape shape, boolean gated, Consumer<MemoryGate.Builder> gate) {
        this.random = new Random(seed);
        this.shape = shape;
        for (int i = 0; i < size; i++) {
            instances.add(new Instance("orders-" + Long.toHexString(random.nextLong()), gated, gate));
        }
    }

    /** Runs until all are ready. */
    SimulatedFleet run() {
        while (instances.stream().anyMatch(instance -> instance.readyAt < 0)) {
            ticker.advanceNanos(STEP_NANOS);
            seconds += STEP_SECONDS;
            noiseBytes = 0.98 * noiseBytes + 0.3 * MIB * random.nextGaussian();
            cpuPerDemand = Math.min(1, CPUS / Math.max(CPUS, sum(Instance::cpuDemand)));
            instances.forEach(Instance::step);
            peakBytes = Math.max(peakBytes, sum(each -> each.bytes));
        }
        return this;
    }

    double peakOfSteady() {
        return peakBytes / shape.steadyBytes / instances.size();
    }

    double lastReadySeconds() {
        return instances.stream().mapToDouble(each -> each.readyAt).max().orElseThrow();
    }

    double firstReadySeconds() {
        return instances.stream().mapToDouble(each -> each.readyAt).min().orElseThrow();
    }

    private double sum(ToDoubleFunction<Instance> what) {
        return instances.stream().mapToDouble(what).sum();
    }

    private final class Instance {
        private final MemoryGate gate;
        private final Turn turn;
        private final double startAt = 0.3 * random.nextDouble();
        private double booted;
        private double worked;
        private double collected;
        private double askAt;
        private double checkAt;
        private boolean began;
        private boolean paused;
        private double bytes;
        private double beganBytes;
        private double readyAt = -1;
        private double releaseAt = Double.MAX_VALUE;

        Instance(String name, boolean gated, Consumer<MemoryGate.Builder> configure) {
            MemoryGate.Builder builder = MemoryGate.builder(this::read, ticker).instance(name);
            configure.accept(builder);
            this.gate = builder.build();
            StartupStage.Builder stage =
                    StartupStage.builder("catalog", context -> {}).estimateBytes(shape.steadyBytes);
            this.turn = gate.turn(
                    gated ? stage.build() : stage.ungated().build(), true, OptionalLong.empty(), OptionalLong.empty());
        }

        private MemoryReading read() {
            double left = (8L << 30) - sum(each -> each.bytes) + noiseBytes;
            return Readings.node((long) left, (long) bytes);
        }

        double cpuDemand() {
            if (seconds < startAt || readyAt >= 0) {
                return 0;
            }
            return booted < shape.bootSeconds ? 1 : began && !paused ? shape.cpuShare : 0;
        }

        void step() {
            if (seconds < startAt) {
                return;
            }
            if (booted < shape.bootSeconds) {
                booted += STEP_SECONDS * cpuPerDemand;
                bytes = BOOTED * shape.steadyBytes * Math.min(1, booted / shape.bootSeconds);
            } else if (!began) {
                ask();
            } else if (readyAt < 0) {
                work();
            } else if (seconds >= releaseAt) {
                gate.release();
                releaseAt = Double.MAX_VALUE;
            }
        }

        private void ask() {
            if (seconds < askAt) {
                return;
            }
            if (gate.tryEnter(turn, gate.read())) {
                began = true;
                beganBytes = bytes;
            } else {
                askAt = seconds + gate.pauseNanos(turn) / 1e9;
            }
        }

        private void work() {
            if (seconds >= checkAt) {
                checkAt = seconds + CHECKPOINT_SECONDS;
                paused = !gate.mayGoOn(turn, gate.read(), (long) (bytes - beganBytes));
            }
            if (paused) {
                return;
            }
            double whole = shape.growSeconds + shape.holdSeconds;
            if (worked < whole) {
                worked += STEP_SECONDS / (1 - shape.cpuShare + shape.cpuShare / cpuPerDemand);
                double grown = Math.min(1, worked / shape.growSeconds);
                bytes = shape.steadyBytes * (BOOTED + (2 - BOOTED) * grown);
            } else {
                collected += STEP_SECONDS * cpuPerDemand;
                if (collected >= COLLECTION_SECONDS) {
                    bytes = shape.steadyBytes;
                    readyAt = seconds;
                    releaseAt = seconds + 0.2;
                }
            }
        }
    }
}
