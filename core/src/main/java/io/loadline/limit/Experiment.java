/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Raises the limit for a while to learn whether latency is a queue of ours. Not thread-safe; confined to
 * {@link AdaptiveLimit}.
 */
final class Experiment {
    /*
     * One step: raise the limit, let one latency pass, since until then calls end that were admitted before, and compare
     * a window with the one before the raise. With a queue, latency rises as the limit does and throughput stays;
     * without one it is the other way round. One window may be luck, so two steps must say the same; the second begins
     * where the first ended, since going back would only waste time. Step 0 raises nothing: it sees to it that there is
     * a clean window to compare with, also when the change came in the middle of one.
     *
     * When: at once if throughput has fallen below what it was before the congestion. A flood does not lower
     * throughput; something that became slow does, and then every window with too low a limit loses calls. Otherwise
     * seldom, and after each failure half as often, since in a real overload each experiment costs latency.
     */
    private static final double RAISE = 1.3;
    private static final double RAISE_IDLE_CPU = 1.6;
    private static final double RAISE_FELL = 2;
    private static final double IDLE_CPU = 0.6;
    private static final double BUSY_CPU = 0.9;
    private static final double LATENCY_SHARE = 0.4;
    private static final double THROUGHPUT_SHARE = 0.3;
    private static final double THROUGHPUT_FELL = 0.8;
    private static final double CALM_WEIGHT = 0.3;
    private static final int FIRST_PAUSE = 6;
    private static final int LONGEST_PAUSE = 48;
    private static final int PASSES = 2;

    enum Finding {
        UNKNOWN,
        QUEUE,
        NO_QUEUE
    }

    private enum Phase {
        NONE,
        SETTLING,
        MEASURING
    }

    private Phase phase = Phase.NONE;
    private int step;
    private int passed;
    private int pause = FIRST_PAUSE;
    private int congestedWindows;
    private boolean fell;
    private double usualThroughput;
    private double limitBefore;
    private double raise;
    private double stretchBefore;
    private double throughputBefore;
    private double rttNanos;

    boolean isRunning() {
        return phase != Phase.NONE;
    }

    /** The limit before the last step. */
    double limitBefore() {
        return limitBefore;
    }

    /** Nothing is congested: the next congestion is examined soon. */
    void calm(LimitWindow window) {
        congestedWindows = 0;
        passed = 0;
        pause = FIRST_PAUSE;
        usualThroughput += (window.throughput() - usualThroughput) * CALM_WEIGHT;
    }

    /** To be asked once per congested window. */
    boolean isDue(LimitWindow window) {
        congestedWindows++;
        fell = window.throughput() < THROUGHPUT_FELL * usualThroughput;
        return (fell || congestedWindows >= pause) && !(window.cpuUtilization() > BUSY_CPU);
    }

    /** Begins after {@code window}, with step 0. */
    void begin(LimitWindow window, double limit) {
        step = 0;
        limitBefore = limit;
        congestedWindows = 0;
        settle(window);
    }

    /** Whether {@code window}, which is not overdue, holds enough for this phase. */
    boolean isComplete(LimitWindow window) {
        if (phase == Phase.SETTLING) {
            return window.durationNanos() >= rttNanos;
        }
        return window.durationNanos() >= Math.max(LimitWindow.MIN_NANOS, rttNanos)
                && window.samples() >= LimitWindow.MIN_SAMPLES;
    }

    /** What is known after {@code window}; if it is unknown and nothing runs any more, the next {@link #raise} is due. */
    Finding next(LimitWindow window, boolean congested) {
        if (phase == Phase.SETTLING) {
            phase = Phase.MEASURING;
            return Finding.UNKNOWN;
        }
        phase = Phase.NONE;
        if (step == 0) {
            return congested ? Finding.UNKNOWN : Finding.QUEUE;
        }
        double raised = raise - 1;
        boolean latencyStayed = window.stretch() / stretchBefore - 1 < LATENCY_SHARE * raised;
        boolean throughputFollowed = window.throughput() / throughputBefore - 1 > THROUGHPUT_SHARE * raised;
        if (!latencyStayed || !throughputFollowed) {
            passed = step == 1 ? 0 : passed;
            pause = Math.min(LONGEST_PAUSE, pause * 2);
            usualThroughput = throughputBefore;
            return Finding.QUEUE;
        }
        return ++passed == PASSES ? Finding.NO_QUEUE : Finding.UNKNOWN;
    }

    /** Begins the next step with {@code control} as what to compare with; returns the limit to try. */
    double raise(LimitWindow control, double limit) {
        step++;
        limitBefore = limit;
        stretchBefore = control.stretch();
        throughputBefore = control.throughput();
        double factor = fell && step == 1 ? RAISE_FELL : control.cpuUtilization() < IDLE_CPU ? RAISE_IDLE_CPU : RAISE;
        // A raise of less than one call would be no raise.
        double tried = Math.max(limit * factor, limit + 1);
        raise = tried / limit;
        settle(control);
        return tried;
    }

    /** By Little's law, the calls in flight that sustain the throughput from before the congestion. */
    double usualInFlight(LimitWindow window) {
        return usualThroughput * window.meanRttNanos() / 1e9;
    }

    private void settle(LimitWindow window) {
        phase = Phase.SETTLING;
        rttNanos = window.meanRttNanos();
    }
}
