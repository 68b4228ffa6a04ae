/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** Decides whether failed calls should cut the limit. Not thread-safe; confined to {@link AdaptiveLimit}. */
final class FailureCuts {
    /*
     * Failures are a rate, not an event: some calls always fail. And cuts must prove themselves: a dependency that is
     * down fails the same share of the calls at any limit, and to go on cutting would shed the healthy rest of the
     * traffic for as long as it is down. Failures of about that share then cut no more, until they are clearly more or
     * there are none.
     */
    private static final double ERRORS = 2;

    private final Tuning tuning;
    private final CutTrial trial;
    private double tolerated;
    private boolean inVain;

    FailureCuts(Tuning tuning) {
        this.tuning = tuning;
        this.trial = new CutTrial(tuning);
    }

    /** The share of the limit to cut, 0 for none; to be asked once per window. */
    double share(LimitWindow window) {
        inVain = false;
        if (window.dropped() <= tuning.of(Constant.FAILING) * window.completed()) {
            trial.end();
            tolerated = 0;
            return 0;
        }
        double share = (double) window.dropped() / window.completed();
        double error = Math.sqrt(share * (1 - share) / window.completed());
        if (tolerated > 0 && share - ERRORS * error <= tolerated) {
            return 0;
        }
        if (!window.binding()) {
            // A cut of a limit that is not reached could not show what it is worth.
            trial.end();
            return 0;
        }
        // Few calls fail by chance more or less often: cuts go on only if they have clearly helped.
        inVain = trial.inVain(share, -ERRORS * error, window.peakInFlight());
        tolerated = inVain ? share : 0;
        return inVain ? 0 : share;
    }

    /** Whether the cuts have just turned out to be in vain. */
    boolean wereInVain() {
        return inVain;
    }

    /** What the healthy share of the calls needs, going by the calls in flight before the cuts. */
    double enoughForTheRest() {
        return trial.inFlightBefore() * (1 - tolerated);
    }
}
