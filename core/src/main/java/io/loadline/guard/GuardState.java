/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.Locale;

/** Whether calls to a dependency are let through. */
public enum GuardState {
    /** Calls are made. */
    CLOSED,
    /** A few calls are made to see whether the dependency has recovered. */
    HALF_OPEN,
    /** No calls are made. */
    OPEN;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The state as the value of a tag and in JSON: lower case. */
    public String tag() {
        return tag;
    }
}
