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
    private static final double BEAT = 0.1;
    /* As Loadline's own heartbeat: later than this, and the process has stood still. */
    private static final double LATE = 0.05;
    /* Of a service whose stages are not its CPUs. */
    private static final double IDLE_CPU = 0.3;

    /** How an attempt ended, as its client sees it. */
    enum Answer {
        OK,
        FAILED,
        REFUSED
    }

    private final Scenario scenario;
    private final Timeline timeline;
    private final Events events;
    private final List<StageQueue> stages;
    private final List<StageQueue> cpus;
    private final Guard guard;
    private final List<String> routes;
    private double pausedUntil;
    private double lastBeat;
    private double cpuRead;
    private double cpuReadAt;
    private int inFlight;

    Service(
            Scenario scenario,
            Timeline timeline,
            Events events,
            List<StageQueue> stages,
            Guard.Factory factory,
            long seed) {
        this.scenario = scenario;
        this.timeline = timeline;
        this.events = events;
        this.stages = stages;
        this.cpus = stages.stream().filter(StageQueue::isCpu).toList();
        this.routes = scenario.routes().stream().map(Scenario.Route::name).toList();
        this.guard = factory.create(new Guard.Surroundings() {
            @Override
            public long nanos() {
                return events.nanos();
            }

            @Override
            public int cpus() {
                return scenario.cpus();
            }

            @Override
            public double cpuUtilization() {
                return Service.this.cpuUtilization();
            }

            @Override
            public long seed() {
                return seed;
            }
        });
        repeat(BEAT, this::beat);
        repeat(BEAT, () -> stages.forEach(StageQueue::newPeriod));
        IntStream.range(0, scenario.phases().size()).forEach(phase -> {
            events.at(scenario.start(phase), () -> stages.forEach(StageQueue::serve));
            events.at(scenario.start(phase), () -> pauseLater(phase));
        });
    }

    private void repeat(double seconds, Runnable action) {
        events.in(seconds, () -> {
            action.run();
            if (events.now() < scenario.seconds()) {
                repeat(seconds, action);
            }
        });
    }

    private void pauseLater(int phase) {
        Pauses pauses = timeline.pauses(scenario.start(phase));
        if (pauses.length().isZero()) {
            return;
        }
        double length = pauses.length().toNanos() / 1e9;
        for (double at = scenario.start(phase) + pauses.every().toNanos() / 1e9;
                at < scenario.start(phase + 1);
                at += pauses.every().toNanos() / 1e9) {
            events.at(at, () -> {
                pausedUntil = events.now() + length;
                cpus.forEach(stage -> stage.stall(pausedUntil));
            });
        }
    }

    /** What this process does happens now, or when it runs again. */
    private void here(Runnable action) {
        if (events.now() < pausedUntil) {
            events.at(pausedUntil, () -> here(action));
        } else {
            action.run();
        }
    }

    private void beat() {
        here(() -> {
            double late = events.now() - lastBeat - BEAT;
            lastBeat = events.now();
            if (late > LATE) {
                guard.stalled(Duration.ofNanos(Math.round(late * 1e9)));
            }
            guard.beat();
        });
    }

    /** A call arrives; {@code client} hears once how it ended. */
    void receive(Call call, Consumer<Answer> client) {
        here(() -> {
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
                        success -> here(() -> {
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

    private double cpuUtilization() {
        double elapsed = events.now() - cpuReadAt;
        if (cpus.isEmpty() || elapsed <= 0) {
            return IDLE_CPU;
        }
        double busy = cpus.stream().mapToDouble(StageQueue::busySeconds).sum();
        double used = (busy - cpuRead)
                / elapsed
                / cpus.stream().mapToDouble(StageQueue::capacity).sum();
        cpuRead = busy;
        cpuReadAt = events.now();
        return used;
    }
}
