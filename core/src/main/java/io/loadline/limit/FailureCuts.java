/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** Decides whether failed calls should cut the limit. Not thread-safe; confined to {@link AdaptiveLimit}. */
final class FailureCuts {
    /*
     * A cut must prove itself, as a raise must buy throughput. A dependency that is down fails the same share of the
     * calls at any limit; to go on cutting would shed the healthy rest of the traffic for as long as it is down. So
     * after CUTS cuts that did not lower the share of failures the limit goes back to where it was, and further failures
     * of about the same share cut no more until there have been none for CALM_WINDOWS.
     */
    private static final double RATE = 0.02;
    private static final int FAILURES = 3;
    private static final int CUTS = 4;
    private static final double HELPED = 0.7;
    private static final double WORSE = 2;
    private static final int CALM_WINDOWS = 20;

    private int cuts;
    private int calmWindows;
    private double share;
    private double limitBefore;

    /** To be asked once per window. */
    boolean callForCut(LimitWindow window) {
        if (window.dropped() < FAILURES || window.dropped() <= RATE * window.completed()) {
            if (++calmWindows >= CALM_WINDOWS) {
                cuts = 0;
            }
            return false;
        }
        calmWindows = 0;
        double failing = (double) window.dropped() / window.completed();
        if (cuts == 0 || failing < HELPED * share || failing > WORSE * share) {
            cuts = 0;
            share = failing;
            limitBefore = window.limit();
        }
        return ++cuts <= CUTS;
    }

    /** Whether the cuts so far have just turned out to be in vain; true once. */
    boolean wereInVain() {
        if (cuts == CUTS + 1) {
            cuts++;
            return true;
        }
        return false;
    }

    /** The limit before the first of the present cuts. */
    double limitBefore() {
        return limitBefore;
    }
}
