/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.lab.Scenario.Stage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stage at work: servers, and calls that wait for one in their order. Not thread-safe. */
final class StageQueue {
    private static final class Visit {
        final Call call;
        final Consumer<Boolean> done;
        long endNanos;
        boolean fails;

        Visit(Call call, Consumer<Boolean> done) {
            this.call = call;
            this.done = done;
        }
    }

    private final Stage stage;
    private final int index;
    private final Timeline timeline;
    private final Events events;

    /** The process that the stage is part of; null if several share it. */
    private final @Nullable Cpus process;

    private final Deque<Visit> waiting = new ArrayDeque<>();
    private final Set<Visit> running = new LinkedHashSet<>();
    private double busySeconds;
    private long countedNanos;

    StageQueue(Stage stage, int index, Timeline timeline, Events events, @Nullable Cpus process) {
        this.stage = stage;
        this.index = index;
        this.timeline = timeline;
        this.events = events;
        this.process = process;
        if (stage.cpu() && process != null) {
            process.add(this);
        }
    }

    /** Has a call wait for a server and be worked on; {@code done} is told whether that succeeded. */
    void enter(Call call, Consumer<Boolean> done) {
        Visit visit = new Visit(call, done);
        if (stage.servers() == null) {
            begin(visit);
            return;
        }
        waiting.add(visit);
        serve();
        Duration patience = stage.patience();
        if (patience != null && !running.contains(visit)) {
            events.in(patience.toNanos(), () -> here(() -> giveUp(visit)));
        }
    }

    private void giveUp(Visit visit) {
        if (waiting.remove(visit)) {
            visit.done.accept(false);
        }
    }

    /** Lets as many begin as there are servers for; to be called when there may be more of these. */
    void serve() {
        here(() -> {
            while (running.size() < servers()) {
                Visit next = waiting.poll();
                if (next == null) {
                    return;
                }
                begin(next);
            }
        });
    }

    private void begin(Visit visit) {
        count();
        double seconds =
                visit.call.seconds(index) * timeline.slow(index, events.now()) * (1 + stage.thrash() * waiting.size());
        visit.fails = visit.call.luck(index) < timeline.fails(index, events.now());
        Duration timeout = stage.timeout();
        if (timeout != null && seconds > Events.seconds(timeout.toNanos())) {
            seconds = Events.seconds(timeout.toNanos());
            visit.fails = true;
        }
        running.add(visit);
        visit.endNanos = events.now() + Events.nanos(seconds);
        events.at(visit.endNanos, () -> end(visit));
        watchQuota();
    }

    /** What the CPUs work on ends later if they stood still; what others work on is heard of when the process runs. */
    private void end(Visit visit) {
        if (events.now() < visit.endNanos) {
            events.at(visit.endNanos, () -> end(visit));
            return;
        }
        here(() -> {
            count();
            running.remove(visit);
            serve();
            watchQuota();
            visit.done.accept(!visit.fails);
        });
    }

    private void here(Runnable action) {
        if (process == null) {
            action.run();
        } else {
            process.here(action);
        }
    }

    private void watchQuota() {
        if (stage.cpu() && process != null) {
            process.watchQuota();
        }
    }

    /** The servers stand still until a time, and have done so since another if that has passed. */
    void postpone(long untilNanos, long sinceNanos) {
        count();
        running.forEach(visit -> visit.endNanos += untilNanos - sinceNanos);
        countedNanos = untilNanos;
    }

    private void count() {
        if (events.now() > countedNanos) {
            busySeconds += running.size() * Events.seconds(events.now() - countedNanos);
            countedNanos = events.now();
        }
    }

    /** What all servers together have worked so far. */
    double busySeconds() {
        count();
        return busySeconds;
    }

    int servers() {
        return timeline.servers(index, events.now());
    }

    /** Servers at work. */
    int working() {
        return running.size();
    }
}
