/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * The numbers that {@link AdaptiveLimit} and its baselines are built on; not settings. Immutable.
 *
 * <p>They are here, and not where they are used, so that the overload lab can tell what each is worth: it runs all
 * scenarios with each of them switched off, halved and doubled.
 */
enum Constant {
    /** The shortest time in seconds that a window lasts. */
    WINDOW(0.2, 0.1),
    /** The fewest calls that a window holds, unless it lasts too long. */
    WINDOW_CALLS(20, 1),
    /** Calls that may wait, in square roots of the limit: what random arrivals need to keep servers busy. */
    QUEUE(4, 0),
    /** The longest wait in seconds that such a queue may cause. */
    WAIT(0.1, 1e9),
    /** The least stretch above 1 that counts as congestion, since latencies vary without a queue, too. */
    STRETCH(0.25, 0),
    /** Standard errors of the stretch that chance explains. */
    NOISE(1.5, 0),
    /** The strongest cut of the limit in one window, as a factor. */
    STRONGEST_CUT(0.55, 1, true),
    /** How much of the stretch beyond the threshold a cut takes away in one window. */
    CUT_SHARE(0.5, 0),
    /** What a cut leaves at least, of the calls that the present throughput needs without a queue. */
    FLOOR(0.9, 0),
    /** By how much calls in flight must have fallen before the cuts are judged, as a factor. */
    TRIAL_CUT(0.6, 0, true),
    /** The share of a cut by which latency must have fallen if there is a queue. */
    TRIAL_SHARE(0.4, 0),
    /** Growth in one window until the first congestion, as a factor. */
    SLOW_START(1.5, 1, true),
    /** Calls by which the limit then grows in one window, in square roots of the limit. */
    ADDITIVE(0.5, 0),
    /** What a limit that is not reached falls to, in recent peaks. */
    IDLE(4, 1e9),
    /** What a limit that is not reached rises to, in recent peaks. */
    BURST(2, 0),
    /** The share of the way there that it moves in one window. */
    IDLE_STEP(0.1, 0),
    /** What remains of the recent peak after a window. */
    PEAK_DECAY(0.95, 0, true),
    /** Failed calls of a window, as a share, that call for a cut. */
    FAILING(0.02, 2),
    /** Calls without which no warm-up ends. */
    WARM_CALLS(30, 0),
    /** Calls after which a route's baseline is no longer provisional. */
    CONFIRMED(30, 0),
    /** Calls whose weight the present baseline has. */
    SLOW_SAMPLES(500, 1),
    /** Seconds in which a baseline may follow latency upward. */
    UP_SECONDS(60, 1e-9),
    /** Standard errors by which a mean must be below the baseline to replace it. */
    LUCK(4, 0);

    private final double value;
    private final double off;
    private final boolean factor;

    Constant(double value, double off) {
        this(value, off, false);
    }

    Constant(double value, double off, boolean factor) {
        this.value = value;
        this.off = off;
        this.factor = factor;
    }

    /** What Loadline uses. */
    double value() {
        return value;
    }

    /** A value at which the rule that it belongs to does nothing, or as little as it can. */
    double off() {
        return off;
    }

    /** Whether it is the distance from 1 that says how strong its rule is. */
    boolean isFactor() {
        return factor;
    }
}
