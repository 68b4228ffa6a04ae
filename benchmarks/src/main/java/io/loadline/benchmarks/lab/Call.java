/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One attempt of a client. What it will need is drawn when it is sent, from numbers of its own, so that each limiter meets the
 * same calls. Immutable.
 */
final class Call {
    final int route;
    final long sentNanos;
    private final double[] seconds;
    private final double[] luck;

    Call(Scenario scenario, int route, long sentNanos, RandomGenerator numbers) {
        this.route = route;
        this.sentNanos = sentNanos;
        this.seconds = new double[scenario.stages().size()];
        this.luck = new double[seconds.length];
        for (int stage = 0; stage < seconds.length; stage++) {
            Times times = scenario.routes()
                    .get(route)
                    .time()
                    .get(scenario.stages().get(stage).name());
            seconds[stage] = times == null ? -1 : times.draw(numbers);
            luck[stage] = numbers.nextDouble();
        }
    }

    /** Numbers that depend on nothing but these, and have nothing to do with those of other ones. */
    static RandomGenerator numbers(long seed, long one, long other) {
        return new SplittableRandom(mixed(mixed(mixed(seed) ^ one) ^ other));
    }

    /*
     * The finalizer of MurmurHash3 in Stafford's variant 13: the generator's own steps add a constant, so that seeds in
     * arithmetic progression would give each call the numbers of the one before, shifted by one.
     */
    private static long mixed(long value) {
        long z = value + 0x632BE59BD9B4E019L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    boolean passes(int stage) {
        return seconds[stage] >= 0;
    }

    /** What its work in a stage takes if nothing slows it down. */
    double seconds(int stage) {
        return seconds[stage];
    }

    /** A number between 0 and 1: its work in a stage fails if a greater share of work does. */
    double luck(int stage) {
        return luck[stage];
    }
}
