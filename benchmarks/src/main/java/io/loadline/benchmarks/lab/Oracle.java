/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What could have been achieved: the best fixed limit of each phase, found with hindsight by trying. Immutable.
 *
 * @param limits the best limit of each phase
 * @param single the best limit if there must be one for all phases
 * @param run what came of the limits, phase by phase
 */
record Oracle(List<Integer> limits, int single, Run.Result run) {
    private static final int[] TRIED = {
        1,
        2,
        3,
        4,
        5,
        6,
        8,
        10,
        12,
        14,
        16,
        20,
        24,
        28,
        32,
        40,
        48,
        64,
        80,
        112,
        160,
        256,
        512,
        768,
        1024,
        1536,
        2560,
        Integer.MAX_VALUE
    };
    /* A smaller limit that is as good but for this share is the better one: it keeps latency low. */
    private static final double AS_GOOD = 0.999;
    /* By how many places in the list a limit is changed when it is tried beside others that are chosen already. */
    private static final int[] STEPS = {-2, -1, 1, 2};

    /** Searches for a scenario and a seed. */
    static Oracle search(Scenario scenario, long seed) {
        Timeline timeline = new Timeline(scenario);
        Score[] scores = IntStream.of(TRIED)
                .mapToObj(limit -> Run.of(scenario, surroundings -> Contestant.fixed(limit), seed)
                        .score())
                .toArray(Score[]::new);
        int single = best(Arrays.stream(scores).mapToLong(Score::good).toArray());
        int[] places = new int[timeline.phases()];
        for (int phase = 0; phase < places.length; phase++) {
            int from = Score.second(timeline.start(phase));
            int to = Score.second(timeline.end(phase));
            long[] good = Arrays.stream(scores)
                    .mapToLong(score -> score.good(from, to))
                    .toArray();
            // A phase in which nothing can be served, or that is over at once, chooses nothing.
            places[phase] = Arrays.stream(good).max().orElseThrow() == 0 ? single : best(good);
        }
        int[] one = new int[places.length];
        Arrays.fill(one, single);
        Run.Result run = run(scenario, seed, places);
        // What a phase leaves to the next may make the best of each worse than one for all.
        if (run.score().good() < scores[single].good()) {
            places = one;
            run = run(scenario, seed, places);
        }
        for (int phase = 0; phase < places.length && places.length > 1; phase++) {
            for (int step : STEPS) {
                int[] other = places.clone();
                other[phase] = Math.max(0, Math.min(TRIED.length - 1, places[phase] + step));
                Run.Result tried = run(scenario, seed, other);
                if (tried.score().good() * AS_GOOD > run.score().good()) {
                    places = other;
                    run = tried;
                }
            }
        }
        return new Oracle(
                IntStream.of(places).map(place -> TRIED[place]).boxed().toList(), TRIED[single], run);
    }

    private static Run.Result run(Scenario scenario, long seed, int[] places) {
        Timeline timeline = new Timeline(scenario);
        int[] limits = IntStream.of(places).map(place -> TRIED[place]).toArray();
        return Run.of(
                scenario, surroundings -> Contestant.fixed(() -> limits[timeline.phase(surroundings.nanos())]), seed);
    }

    private static int best(long[] good) {
        long most = Arrays.stream(good).max().orElseThrow();
        for (int i = 0; i < good.length; i++) {
            if (good[i] >= AS_GOOD * most) {
                return i;
            }
        }
        throw new AssertionError("one of them is the most");
    }
}
