/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Instant;
import java.util.Locale;

/**
 * What became of a feature. Immutable.
 *
 * @param at when, by the wall clock
 * @param feature its name
 * @param allowed whether it is on now
 * @param cause what brought that about
 * @param load the load at that time; NaN if it was not known
 * @param level the level at that time, 0 when nothing is off because of the load
 * @param detail who and why, if somebody did; empty otherwise
 */
public record DegradationChange(
        Instant at, String feature, boolean allowed, Cause cause, double load, int level, String detail) {

    /** Why a feature changes. */
    public enum Cause {
        /** The load has risen above its threshold. */
        LOAD_ROSE,
        /** The load has been low for long enough. */
        LOAD_FELL,
        /** There has been no valid load for so long that nothing speaks for an overload. */
        SILENCE,
        /** Somebody has decided. */
        FORCED,
        /** Somebody has taken a decision back. */
        RELEASED,
        /** The time of a decision is over. */
        EXPIRED,
        /** The thresholds were changed. */
        SETTINGS;

        /** The cause in lower case. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
