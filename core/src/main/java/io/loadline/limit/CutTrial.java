/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Judges cuts of the limit by whether they lower what they were made for. Not thread-safe; confined to
 * {@link AdaptiveLimit}.
 */
final class CutTrial {
    /*
     * If calls wait in a queue of ours, fewer calls in flight wait less, about in proportion. If they take longer for
     * another reason, or fail whatever we do, a cut changes nothing but throughput, and going on would throw away work
     * and cure nothing. So when calls in flight have fallen far enough, the figure must have fallen at least by some
     * share of that; else the cuts were in vain. While it does fall, each success is the beginning of the next trial.
     *
     * Why cuts are judged and not raises, which cost nothing while they are tried: behind a queue that several
     * instances share, a raise by one of them gives it throughput that the others lose, and hardly moves the latency.
     * It looks like a success to each of them, and all together they raise without end. A cut answers latency that all
     * of them see, so all of them cut, and the queue that they share gets shorter.
     */
    private final Tuning tuning;

    private boolean begun;
    private double figure;
    private int inFlight;

    CutTrial(Tuning tuning) {
        this.tuning = tuning;
    }

    /** There is no reason to cut any more. */
    void end() {
        begun = false;
    }

    /** The most calls in flight since the trial began. */
    int inFlightBefore() {
        return inFlight;
    }

    /**
     * Whether the cuts since the trial began have been in vain, which ends it; the first call begins one.
     *
     * @param now what the cuts should lower
     * @param error its standard error
     * @param peak the most calls that were in flight during the window that {@code now} is from
     */
    boolean inVain(double now, double error, int peak) {
        if (!begun) {
            begun = true;
            figure = now;
            inFlight = peak;
            return false;
        }
        if (peak > tuning.of(Constant.TRIAL_CUT) * inFlight) {
            // A queue that is still building up: its peak is what must fall.
            figure = Math.max(figure, now);
            inFlight = Math.max(inFlight, peak);
            return false;
        }
        double cut = 1 - (double) peak / inFlight;
        boolean fell = now - error < figure * (1 - tuning.of(Constant.TRIAL_SHARE) * cut);
        begun = fell;
        if (fell) {
            figure = now;
            inFlight = peak;
        }
        return !fell;
    }
}
