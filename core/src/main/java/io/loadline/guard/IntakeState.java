/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Instant;
import java.util.Locale;

/**
 * Whether an {@link IntakeGate} lets messages be fetched, and why not. Immutable.
 *
 * @param reason why it is shut; {@link Reason#NONE} if it is open
 * @param since since when, by the wall clock
 * @param load the load at that time; NaN if it was not known
 */
public record IntakeState(Reason reason, Instant since, double load) {

    /** Whether messages may be fetched. */
    public boolean open() {
        return reason == Reason.NONE;
    }

    /** Why a gate is shut. */
    public enum Reason {
        /** It is open. */
        NONE,
        /** The load is, or lately was, too high. */
        LOAD,
        /** The limiter refuses calls, or others than messages take all of it. */
        LIMIT,
        /** The service is leaving, or cannot recover: the gate will not open again. */
        LEAVING;

        /** The reason in lower case. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
