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
    /** Calls that may wait, in square roots of the limit: what random arrivals need to keep servers busy. */
    QUEUE(4, 0),
    /** The least stretch above 1 that counts as congestion, since latencies vary without a queue, too. */
    STRETCH(0.25, 0),
    /** Standard errors of the stretch that chance explains. */
    NOISE(2.5, 0),
    /** The strongest cut of the limit in one window, as a factor. */
    STRONGEST_CUT(0.55, 1),
    /** How much of the stretch beyond the threshold a cut takes away in one window. */
    CUT_SHARE(0.5, 0),
    /** By how much calls in flight must have fallen before the cuts are judged, as a factor. */
    TRIAL_CUT(0.6, 0),
    /** The share of a cut by which latency must have fallen if there is a queue. */
    TRIAL_SHARE(0.4, 0),
    /** The utilization of the CPUs above which the queue is known to be here. */
    BUSY_CPU(0.9, 2),
    /** The weight of a window in the usual throughput. */
    USUAL_WEIGHT(0.3, 1),
    /** Growth in one window until the first congestion, as a factor. */
    SLOW_START(1.5, 1),
    /** Calls by which the limit then grows in one window, in square roots of the limit. */
    ADDITIVE(0.5, 0),
    /** The gain in throughput that justifies a raise, as a factor. */
    GAIN(1.03, 0),
    /** Raises in a row that may bring no gain. */
    FRUITLESS_RAISES(4, 1e9),
    /** Windows for which the limit then stays. */
    HOLD_WINDOWS(20, 0),
    /** What a limit that is not reached falls to, in recent peaks. */
    IDLE(4, 1e9),
    /** What a limit that is not reached rises to, in recent peaks. */
    BURST(2, 0),
    /** The share of the way there that it moves in one window. */
    IDLE_STEP(0.1, 0),
    /** What remains of the recent peak after a window. */
    PEAK_DECAY(0.95, 0),
    /** Failed calls of a window, as a share, that call for a cut. */
    FAILING(0.02, 2),
    /** Failed calls of a window below which there is no share to speak of. */
    FAILURES(3, 0),
    /** How many times the share of failures must grow to be looked at again when cuts have not lowered it. */
    WORSE(2, 1),
    /** Windows without failures after which they are looked at again. */
    CALM_WINDOWS(20, 0),
    /** Calls without which no warm-up ends. */
    WARM_CALLS(30, 0),
    /** Stretch that ends the warm-up at once when the limit is exceeded. */
    FLOOD(2, 1e9),
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

    Constant(double value, double off) {
        this.value = value;
        this.off = off;
    }

    /** What Loadline uses. */
    double value() {
        return value;
    }

    /** A value at which the rule that it belongs to does nothing, or as little as it can. */
    double off() {
        return off;
    }
}
