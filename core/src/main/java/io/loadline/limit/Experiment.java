/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Raises the limit for one window to learn whether latency is a queue of ours. Not thread-safe; confined to
 * {@link AdaptiveLimit}.
 */
final class Experiment {
    private static final double RAISE = 1.3;
    private static final double RAISE_IDLE_CPU = 1.6;
    private static final double IDLE_CPU = 0.6;
    private static final double BUSY_CPU = 0.9;
    private static final double LATENCY_SHARE = 0.4;
    private static final double THROUGHPUT_SHARE = 0.3;
    private static final int FIRST_PAUSE = 6;
    private static final int LONGEST_PAUSE = 48;

    enum Finding {
        QUEUE,
        REPEAT,
        NO_QUEUE
    }

    private boolean running;
    private boolean repeat;
    private int pause = FIRST_PAUSE;
    private int congestedWindows;
    private double limitBefore;
    private double raise;
    private double stretchBefore;
    private double throughputBefore;

    boolean isRunning() {
        return running;
    }

    double limitBefore() {
        return limitBefore;
    }

    /** Nothing is congested: the next congestion is examined soon. */
    void calm() {
        congestedWindows = 0;
        repeat = false;
        pause = FIRST_PAUSE;
    }

    /** To be asked once per congested window. */
    boolean isDue(LimitWindow window) {
        congestedWindows++;
        boolean due = repeat || congestedWindows >= pause;
        return due && !(window.cpuUtilization() > BUSY_CPU);
    }

    /** Begins with {@code control} as what to compare with; returns the limit to try. */
    double begin(LimitWindow control, double limit) {
        running = true;
        congestedWindows = 0;
        limitBefore = limit;
        stretchBefore = control.stretch();
        throughputBefore = control.throughput();
        raise = control.cpuUtilization() < IDLE_CPU ? RAISE_IDLE_CPU : RAISE;
        // A raise of less than one call would be no raise.
        double tried = Math.max(limit * raise, limit + 1);
        raise = tried / limit;
        return tried;
    }

    Finding end(LimitWindow window) {
        running = false;
        double raised = raise - 1;
        boolean latencyStayed = window.stretch() / stretchBefore - 1 < LATENCY_SHARE * raised;
        boolean throughputFollowed = window.throughput() / throughputBefore - 1 > THROUGHPUT_SHARE * raised;
        if (!latencyStayed || !throughputFollowed) {
            repeat = false;
            pause = Math.min(LONGEST_PAUSE, pause * 2);
            return Finding.QUEUE;
        }
        if (!repeat) {
            repeat = true;
            return Finding.REPEAT;
        }
        calm();
        return Finding.NO_QUEUE;
    }
}
