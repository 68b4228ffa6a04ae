/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.memory.MemoryReading;
import io.loadline.memory.MemoryStability;
import io.loadline.memory.MemoryState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;

/** JVMs whose memory follows a script, hours of them in virtual time, and what is to be said of each. Immutable. */
enum ScriptedJvm {
    STEADY(MemoryState.STABLE) {
        @Override
        double liveMib(double minute) {
            return 120;
        }
    },
    /** 1 MiB a minute. */
    LEAK(MemoryState.LEAK_SUSPECT) {
        @Override
        double liveMib(double minute) {
            return 120 + minute;
        }
    },
    /** 120 MiB of garbage in the old generation, until it is cleaned every seven minutes. */
    SAWTOOTH(MemoryState.STABLE) {
        @Override
        double liveMib(double minute) {
            return 120;
        }

        @Override
        double garbageMib(double minute) {
            return minute % CLEANING_MINUTES / CLEANING_MINUTES * GARBAGE_MIB;
        }
    },
    /** 80 MiB more from the 15th minute on, for good. */
    STEP(MemoryState.STABLE) {
        @Override
        double liveMib(double minute) {
            return minute < 15 ? 120 : 200;
        }
    },
    IDLE(MemoryState.IDLE_STABLE) {
        @Override
        double liveMib(double minute) {
            return 120;
        }
    };

    static final double CLEANING_MINUTES = 7;
    private static final double GARBAGE_MIB = 120;
    private static final double OUTSIDE_MIB = 90;
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration LENGTH = Duration.ofHours(3);
    private static final long MIB = 1 << 20;

    /** What is to be said of it in the end. */
    final MemoryState expected;

    ScriptedJvm(MemoryState expected) {
        this.expected = expected;
    }

    /** What the service holds in the heap. */
    abstract double liveMib(double minute);

    /** What collections of the young generation leave in the old one although nobody holds it. */
    double garbageMib(double minute) {
        return 0;
    }

    /** All states that it was said to be in, in turn, within three hours of its time. */
    List<MemoryState> states(long seed) {
        Random random = new Random(seed);
        MemoryStability stability = MemoryStability.over(Duration.ofMinutes(10));
        List<MemoryState> states = new ArrayList<>(List.of(stability.state()));
        long collections = 0;
        long calls = 0;
        double oldLive = liveMib(0);
        double mostHeap = 0;
        for (Duration at = INTERVAL; at.compareTo(LENGTH) <= 0; at = at.plus(INTERVAL)) {
            double minute = at.toSeconds() / 60.0;
            boolean loaded = this != IDLE;
            calls += loaded ? 100 + random.nextInt(100) : 0;
            boolean collects = loaded || at.toSeconds() % 300 == 0;
            collections += collects ? 1 : 0;
            if (minute % CLEANING_MINUTES < INTERVAL.toSeconds() / 60.0) {
                oldLive = liveMib(minute);
            }
            double live = liveMib(minute) + garbageMib(minute) + random.nextGaussian();
            double heap = live + 20 * random.nextDouble();
            // What the heap has touched once stays resident.
            mostHeap = Math.max(mostHeap, heap);
            stability.add(reading(at, live, heap, oldLive, mostHeap, collections, random), minute > 1, calls);
            if (stability.state() != states.get(states.size() - 1)) {
                states.add(stability.state());
            }
        }
        return states;
    }

    private static MemoryReading reading(
            Duration at, double live, double heap, double oldLive, double mostHeap, long collections, Random random) {
        long resident = mib(OUTSIDE_MIB + mostHeap + 0.5 * random.nextGaussian());
        return new MemoryReading(
                at.toNanos(),
                OptionalLong.of(mib(1024)),
                OptionalLong.of(resident),
                OptionalLong.of(resident),
                OptionalLong.of(mib(1024) - resident),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                mib(heap),
                OptionalLong.of(mib(live)),
                mib(mostHeap),
                OptionalLong.of(mib(768)),
                mib(40),
                mib(15),
                mib(5),
                20,
                9000,
                collections,
                OptionalLong.of(mib(oldLive)),
                0,
                OptionalLong.of(resident));
    }

    private static long mib(double value) {
        return (long) (value * MIB);
    }
}
