/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.lab.Scenario.Pauses;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** One replica of the service: a limiter, then the stages. Not thread-safe. */
final class Service {
    /* Beats, and what counts as a stall, as of Loadline's own heartbeat. */
    private static final long BEAT_NANOS = 100_000_000;
    /* Of a service whose stages are not its CPUs. */
    private static final double IDLE_CPU = 0.3;

    /** How an attempt ended, as its client sees it. */
    enum Answer {
        OK,
        FAILED,
        REFUSED
    }

    private final Timeline timeline;
    private final Events events;
    private final Cpus process;
    private final List<StageQueue> stages;
    private final Guard guard;
    private final List<String> routes;
    private final boolean hasCpuStage;
    private int inFlight;

    /** {@code shared} has a queue for each stage that all replicas share, and null for the others. */
    Service(
            Scenario scenario,
            Timeline timeline,
            Events events,
            List<StageQueue> shared,
            Guard.Factory factory,
            long seed) {
        this.timeline = timeline;
        this.events = events;
        this.process = new Cpus(timeline, events);
        this.stages = IntStream.range(0, scenario.stages().size())
                .mapToObj(index -> scenario.stages().get(index).shared()
                        ? shared.get(index)
                        : new StageQueue(scenario.stages().get(index), index, timeline, events, process))
                .toList();
        this.routes = scenario.routes().stream().map(Scenario.Route::name).toList();
        this.hasCpuStage = scenario.stages().stream().anyMatch(Scenario.Stage::cpu);
        this.guard = factory.create(new Guard.Surroundings() {
            @Override
            public long nanos() {
                return events.now();
            }

            @Override
            public int cpus() {
                return scenario.cpus();
            }

            @Override
            public double cpuUtilization() {
                return hasCpuStage ? process.utilization() : IDLE_CPU;
            }

            @Override
            public long seed() {
                return seed;
            }
        });
        beatIn(BEAT_NANOS);
        for (int phase = 0; phase < scenario.phases().size(); phase++) {
            int begun = phase;
            events.at(timeline.start(phase), () -> {
                stages.forEach(StageQueue::serve);
                process.watchQuota();
                pauseIn(begun);
            });
        }
    }

    private void pauseIn(int phase) {
        Pauses pauses = timeline.pauses(events.now());
        if (!pauses.length().isZero()) {
            for (long at : timeline.times(phase, pauses.every())) {
                events.at(at, () -> process.pause(events.now() + pauses.length().toNanos()));
            }
        }
    }

    private void beatIn(long nanos) {
        long due = events.now() + nanos;
        events.at(
                due,
                () -> process.here(() -> {
                    long late = events.now() - due;
                    if (late >= BEAT_NANOS) {
                        guard.stalled(Duration.ofNanos(late));
                    }
                    guard.beat();
                    if (events.now() < timeline.end()) {
                        beatIn(BEAT_NANOS);
                    }
                }));
    }

    /** A call arrives; {@code client} hears once how it ended. */
    void receive(Call call, Consumer<Answer> client) {
        process.here(() -> {
            Object admitted = guard.admit(routes.get(call.route));
            if (admitted == null) {
                client.accept(Answer.REFUSED);
            } else {
                inFlight++;
                pass(call, 0, admitted, client);
            }
        });
    }

    private void pass(Call call, int stage, Object admitted, Consumer<Answer> client) {
        int next = stage;
        while (next < stages.size() && !call.passes(next)) {
            next++;
        }
        if (next == stages.size()) {
            end(admitted, true, client);
            return;
        }
        int passing = next;
        stages.get(passing)
                .enter(
                        call,
                        success -> process.here(() -> {
                            if (success) {
                                pass(call, passing + 1, admitted, client);
                            } else {
                                end(admitted, false, client);
                            }
                        }));
    }

    private void end(Object admitted, boolean success, Consumer<Answer> client) {
        inFlight--;
        guard.end(admitted, success);
        client.accept(success ? Answer.OK : Answer.FAILED);
    }

    int limit() {
        return guard.limit();
    }

    int inFlight() {
        return inFlight;
    }
}
