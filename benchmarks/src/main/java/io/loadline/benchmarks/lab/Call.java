/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One attempt of a client. What it will need is drawn when it is sent, from numbers of its own, so that each limiter meets the
 * same calls. Not thread-safe.
 */
final class Call {
    private static final RandomGeneratorFactory<RandomGenerator> NUMBERS =
            RandomGeneratorFactory.of("SplittableRandom");
    private static final long PRIME = 0x9E3779B97F4A7C15L;

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

    /** Numbers that depend on nothing but these. */
    static RandomGenerator numbers(long seed, long request, long attempt) {
        return NUMBERS.create((seed * PRIME + request) * PRIME + attempt);
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
