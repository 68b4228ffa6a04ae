/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One run of a scenario, a limiter and a seed. Stateless. */
final class Run {
    private Run() {}

    /**
     * What a run showed.
     *
     * @param samples how the limiter stood every tenth of a second
     */
    record Result(Score score, List<Sample> samples) {}

    /**
     * How the limiters stood, as the mean of all replicas.
     *
     * @param second when
     */
    record Sample(double second, double limit, double inFlight) {}

    /** Runs {@code scenario} behind limiters that {@code factory} makes; the same seed is the same run. */
    static Result of(Scenario scenario, Guard.Factory factory, long seed) {
        Events events = new Events();
        Timeline timeline = new Timeline(scenario);
        Score score = new Score(scenario);
        StageQueue[] shared = new StageQueue[scenario.stages().size()];
        List<Service> services = new ArrayList<>();
        for (int replica = 0; replica < scenario.replicas(); replica++) {
            List<StageQueue> stages = IntStream.range(0, shared.length)
                    .mapToObj(index -> stage(scenario, index, timeline, events, shared))
                    .toList();
            services.add(new Service(scenario, timeline, events, stages, factory, seed * 31 + replica));
        }
        new Population(scenario, timeline, events, services, score, seed);
        List<Sample> samples = new ArrayList<>();
        sample(events, scenario.seconds(), services, samples);
        events.run();
        return new Result(score, samples);
    }

    private static StageQueue stage(
            Scenario scenario, int index, Timeline timeline, Events events, StageQueue[] shared) {
        Scenario.Stage stage = scenario.stages().get(index);
        if (!stage.shared()) {
            return new StageQueue(stage, index, timeline, events);
        }
        if (shared[index] == null) {
            shared[index] = new StageQueue(stage, index, timeline, events);
        }
        return shared[index];
    }

    private static void sample(Events events, double until, List<Service> services, List<Sample> samples) {
        samples.add(new Sample(
                events.now(),
                services.stream().mapToInt(Service::limit).average().orElse(0),
                services.stream().mapToInt(Service::inFlight).average().orElse(0)));
        if (events.now() < until) {
            events.in(0.1, () -> sample(events, until, services, samples));
        }
    }
}
