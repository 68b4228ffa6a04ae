/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.util.Locale;

/** How a drain ended. */
public enum DrainOutcome {
    /** Every admitted call finished before the deadline, and so did every participant that did not fail. */
    IDLE,
    /** The deadline passed with calls still running; {@link DrainResult#remainingInFlight} tells how many. */
    REQUESTS_ACTIVE,
    /** Every call finished, but a participant did not; {@link DrainResult#participants} tells which. */
    PARTICIPANTS_ACTIVE,
    /** {@link DrainCoordinator#abort()} was called, or the waiting thread was interrupted. */
    ABORTED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The outcome as the value of a tag: lower case. */
    public String tag() {
        return tag;
    }
}
