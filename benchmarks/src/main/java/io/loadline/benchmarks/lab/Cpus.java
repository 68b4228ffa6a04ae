/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * The process of one replica, which stands still in a pause, and when its quota of the CPUs is used up. Not thread-safe.
 */
final class Cpus {
    /** In which a quota is shared out, as the Linux kernel's scheduler has it by default. */
    private static final long PERIOD_NANOS = 100_000_000;

    /* A rest of a quota that is used up within the resolution of time would be looked at for ever. */
    private static final double NO_QUOTA_SECONDS = 1e-6;

    private final Timeline timeline;
    private final Events events;
    private final List<StageQueue> stages = new ArrayList<>();
    private long pausedUntilNanos;
    private long periodNanos = -1;
    private double busyAtPeriodSeconds;
    private double busyReadSeconds;
    private long readNanos;
    private long checks;

    Cpus(Timeline timeline, Events events) {
        this.timeline = timeline;
        this.events = events;
    }

    /** Adds a stage whose servers are these CPUs. */
    void add(StageQueue stage) {
        stages.add(stage);
    }

    /** What this process does happens now, or when it runs again. */
    void here(Runnable action) {
        if (events.now() < pausedUntilNanos) {
            events.at(pausedUntilNanos, () -> here(action));
        } else {
            action.run();
        }
    }

    /** Nothing runs until then. */
    void pause(long untilNanos) {
        if (untilNanos > pausedUntilNanos) {
            stages.forEach(stage -> stage.postpone(untilNanos, Math.max(events.now(), pausedUntilNanos)));
            pausedUntilNanos = untilNanos;
        }
    }

    /** To be called when more or fewer servers are at work than before, and when the quota changes. */
    void watchQuota() {
        double quota = timeline.quota(events.now());
        if (quota >= 1) {
            return;
        }
        long check = ++checks;
        Runnable later = () -> {
            if (check == checks) {
                watchQuota();
            }
        };
        if (events.now() < pausedUntilNanos) {
            events.at(pausedUntilNanos, later);
            return;
        }
        long period = events.now() / PERIOD_NANOS;
        double busy = busySeconds();
        if (period != periodNanos) {
            periodNanos = period;
            busyAtPeriodSeconds = busy;
        }
        int working = stages.stream().mapToInt(StageQueue::working).sum();
        if (working == 0) {
            return;
        }
        double left = quota * Events.seconds(PERIOD_NANOS) * servers() - (busy - busyAtPeriodSeconds);
        long end = (period + 1) * PERIOD_NANOS;
        if (left <= NO_QUOTA_SECONDS) {
            pause(end);
            events.at(end, later);
        } else {
            events.at(Math.min(end, events.now() + Events.nanos(left / working)), later);
        }
    }

    private double busySeconds() {
        return stages.stream().mapToDouble(StageQueue::busySeconds).sum();
    }

    private int servers() {
        return stages.stream().mapToInt(StageQueue::servers).sum();
    }

    /** The share of its CPUs, quota considered, that the process has used since this was last asked; NaN if it has none. */
    double utilization() {
        double could = Events.seconds(events.now() - readNanos) * servers() * Math.min(1, timeline.quota(events.now()));
        double busy = busySeconds();
        double used = could > 0 ? (busy - busyReadSeconds) / could : Double.NaN;
        busyReadSeconds = busy;
        readNanos = events.now();
        return used;
    }
}
