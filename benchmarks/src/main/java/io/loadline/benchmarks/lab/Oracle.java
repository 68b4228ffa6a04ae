/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What could have been achieved: the best fixed limit of each phase, found by trying them all, with hindsight. Immutable.
 *
 * @param limits the best limit of each phase
 * @param single the best limit if there must be one for all phases
 * @param run what came of the limits, phase by phase
 */
record Oracle(int[] limits, int single, Run.Result run) {
    private static final int[] TRIED = {
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        12,
        14,
        16,
        18,
        20,
        24,
        28,
        32,
        36,
        40,
        48,
        56,
        64,
        80,
        96,
        112,
        128,
        160,
        192,
        256,
        320,
        400,
        512,
        700,
        1000,
        Integer.MAX_VALUE
    };
    /* A smaller limit that is as good but for this share is the better one: it keeps latency low. */
    private static final double AS_GOOD = 0.999;

    /** Searches for a scenario and a seed. */
    static Oracle search(Scenario scenario, long seed) {
        Score[] scores = IntStream.of(TRIED)
                .mapToObj(limit -> Run.of(scenario, surroundings -> Contestant.fixed(limit), seed)
                        .score())
                .toArray(Score[]::new);
        int phases = scenario.phases().size();
        int[] limits = new int[phases];
        for (int phase = 0; phase < phases; phase++) {
            double from = scenario.start(phase);
            double to = scenario.start(phase + 1);
            limits[phase] = TRIED[
                    best(IntStream.range(0, TRIED.length)
                            .mapToLong(i -> scores[i].good(from, to))
                            .toArray())];
        }
        int single = best(IntStream.range(0, TRIED.length)
                .mapToLong(i -> scores[i].good())
                .toArray());
        Run.Result together = Run.of(scenario, surroundings -> new Phased(scenario, limits, surroundings), seed);
        if (together.score().good() < scores[single].good()) {
            // What a phase leaves to the next may make the best of each worse than one for all.
            int[] one = IntStream.range(0, phases).map(phase -> TRIED[single]).toArray();
            return new Oracle(
                    one,
                    TRIED[single],
                    Run.of(scenario, surroundings -> new Phased(scenario, one, surroundings), seed));
        }
        return new Oracle(limits, TRIED[single], together);
    }

    private static int best(long[] good) {
        long most = 0;
        for (long each : good) {
            most = Math.max(most, each);
        }
        for (int i = 0; i < good.length; i++) {
            if (good[i] >= AS_GOOD * most) {
                return i;
            }
        }
        throw new AssertionError("one of them is the most");
    }

    /** A limit that follows the phases. */
    private static final class Phased implements Guard {
        private final Scenario scenario;
        private final int[] limits;
        private final Surroundings surroundings;
        private int inFlight;

        Phased(Scenario scenario, int[] limits, Surroundings surroundings) {
            this.scenario = scenario;
            this.limits = limits;
            this.surroundings = surroundings;
        }

        @Override
        public @Nullable Object admit(String route) {
            if (inFlight >= limit()) {
                return null;
            }
            inFlight++;
            return this;
        }

        @Override
        public void end(Object admitted, boolean success) {
            inFlight--;
        }

        @Override
        public int limit() {
            return limits[scenario.phaseAt(surroundings.nanos() / 1e9)];
        }
    }
}
