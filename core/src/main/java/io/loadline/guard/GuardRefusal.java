/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.Locale;

/** Why a call to a dependency was not made. The set is closed: its values are tags of meters. */
public enum GuardRefusal {
    /** The dependency has failed or been slow too often of late. */
    BREAKER_OPEN,
    /** As many calls to the dependency as may run do run. */
    BULKHEAD_FULL,
    /** Whoever waits for the answer has gone. */
    DEADLINE;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The reason as the value of a tag and in JSON: lower case. */
    public String tag() {
        return tag;
    }
}
