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

/** A stage at work: servers, and calls that wait for one in their order. Not thread-safe. */
final class StageQueue {
    /** The period in which a quota of the CPUs is shared out, as the Linux kernel's scheduler has it by default. */
    private static final double PERIOD = 0.1;

    private static final double NEGLIGIBLE = 1e-9;
    /* Of a quota: a rest that is used up within the resolution of time would be looked at for ever. */
    private static final double NO_QUOTA = 1e-6;

    private static final class Visit {
        final Call call;
        final Consumer<Boolean> done;
        double endsAt;
        boolean fails;
        boolean gone;

        Visit(Call call, Consumer<Boolean> done) {
            this.call = call;
            this.done = done;
        }
    }

    private final Stage stage;
    private final int index;
    private final Timeline timeline;
    private final Events events;
    private final Deque<Visit> waiting = new ArrayDeque<>();
    private final Set<Visit> running = new LinkedHashSet<>();
    private double stalledUntil;
    private double busySeconds;
    private double countedUntil;
    private double periodBegan;
    private double busyAtPeriod;
    private long quotaChecks;

    StageQueue(Stage stage, int index, Timeline timeline, Events events) {
        this.stage = stage;
        this.index = index;
        this.timeline = timeline;
        this.events = events;
    }

    boolean isCpu() {
        return stage.cpu();
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
            events.in(patience.toNanos() / 1e9, () -> giveUp(visit));
        }
    }

    private void giveUp(Visit visit) {
        if (waiting.remove(visit)) {
            visit.gone = true;
            visit.done.accept(false);
        }
    }

    /** Lets as many begin as there are servers for; to be called when there may be more of these. */
    void serve() {
        while (events.now() >= stalledUntil && running.size() < timeline.servers(index, events.now())) {
            Visit next = waiting.poll();
            if (next == null) {
                return;
            }
            begin(next);
        }
    }

    private void begin(Visit visit) {
        count();
        double now = events.now();
        double seconds = visit.call.seconds(index) * timeline.slow(index, now) * (1 + stage.thrash() * waiting.size());
        visit.fails = visit.call.luck(index) < timeline.fails(index, now);
        Duration timeout = stage.timeout();
        if (timeout != null && seconds > timeout.toNanos() / 1e9) {
            seconds = timeout.toNanos() / 1e9;
            visit.fails = true;
        }
        running.add(visit);
        visit.endsAt = now + seconds;
        events.at(visit.endsAt, () -> end(visit));
        watchQuota();
    }

    private void end(Visit visit) {
        if (events.now() < visit.endsAt - NEGLIGIBLE) {
            events.at(visit.endsAt, () -> end(visit));
            return;
        }
        count();
        running.remove(visit);
        serve();
        watchQuota();
        visit.done.accept(!visit.fails);
    }

    /** Nothing is worked on until a time in seconds. */
    void stall(double until) {
        count();
        double longer = until - Math.max(events.now(), stalledUntil);
        if (longer <= 0) {
            return;
        }
        running.forEach(visit -> visit.endsAt += longer);
        stalledUntil = until;
        countedUntil = until;
        events.at(until, this::serve);
    }

    /** A new period of the quota begins. */
    void newPeriod() {
        count();
        periodBegan = events.now();
        busyAtPeriod = busySeconds;
        watchQuota();
    }

    private void watchQuota() {
        double now = events.now();
        double quota = timeline.quota(now);
        if (!stage.cpu() || quota >= 1 || running.isEmpty() || now < stalledUntil) {
            return;
        }
        double left = quota * PERIOD * timeline.servers(index, now) - (busySeconds - busyAtPeriod);
        long check = ++quotaChecks;
        if (left <= NO_QUOTA) {
            stall(periodBegan + PERIOD);
        } else {
            events.in(left / running.size(), () -> {
                if (check == quotaChecks) {
                    count();
                    watchQuota();
                }
            });
        }
    }

    private void count() {
        double now = events.now();
        if (now > countedUntil) {
            busySeconds += running.size() * (now - countedUntil);
            countedUntil = now;
        }
    }

    /** What all servers together have worked so far, in seconds. */
    double busySeconds() {
        count();
        return busySeconds;
    }

    /** What all servers together could work in a second. */
    double capacity() {
        double now = events.now();
        return timeline.servers(index, now) * timeline.quota(now);
    }
}
