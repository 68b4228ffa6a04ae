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
    private static final long SAMPLE_NANOS = 100_000_000;

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
     * @param seconds when
     */
    record Sample(double seconds, double limit, double inFlight) {}

    /** Runs {@code scenario} behind limiters that {@code factory} makes; the same seed is the same run. */
    static Result of(Scenario scenario, Guard.Factory factory, long seed) {
        Events events = new Events();
        Timeline timeline = new Timeline(scenario);
        Score score = new Score(scenario, timeline);
        List<StageQueue> shared = IntStream.range(0, scenario.stages().size())
                .mapToObj(index -> new StageQueue(scenario.stages().get(index), index, timeline, events, null))
                .toList();
        List<Service> services = IntStream.range(0, scenario.replicas())
                .mapToObj(replica ->
                        new Service(scenario, timeline, events, shared, factory, seed * scenario.replicas() + replica))
                .toList();
        new Population(scenario, timeline, events, services, score, seed);
        List<Sample> samples = new ArrayList<>();
        sample(events, timeline.end(), services, samples);
        events.run();
        return new Result(score, samples);
    }

    private static void sample(Events events, long untilNanos, List<Service> services, List<Sample> samples) {
        samples.add(new Sample(
                Events.seconds(events.now()),
                services.stream().mapToInt(Service::limit).average().orElseThrow(),
                services.stream().mapToInt(Service::inFlight).average().orElseThrow()));
        if (events.now() < untilNanos) {
            events.in(SAMPLE_NANOS, () -> sample(events, untilNanos, services, samples));
        }
    }
}
