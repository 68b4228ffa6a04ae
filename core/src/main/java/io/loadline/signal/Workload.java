/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Locale;

/** What kind of work the calls of a route are, and so which signals they move. The set is closed: its values are tags. */
public enum Workload {
    /** Somebody waits for an answer that changes nothing. What is asked for with GET, HEAD or OPTIONS, unless told otherwise. */
    READ(true, true),
    /** Somebody waits until something has been changed. All that is not told to be something else. */
    WRITE(true, true),
    /** Must be done in time, but nobody waits for each of them: it calls for instances, and is no part of the SLO. */
    BATCH(true, false),
    /** Takes what the others leave: it neither calls for instances nor is a part of the SLO. */
    BACKGROUND(false, false);

    private final boolean scaling;
    private final boolean promised;

    Workload(boolean scaling, boolean promised) {
        this.scaling = scaling;
        this.promised = promised;
    }

    /** Whether its demand is a part of the load. */
    public boolean isScaling() {
        return scaling;
    }

    /** Whether its calls count as good or bad. */
    public boolean isPromised() {
        return promised;
    }

    /** The kind as the value of a tag and in JSON, such as {@code background}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
