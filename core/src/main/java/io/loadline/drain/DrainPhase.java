/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.util.Locale;

/** Where a drain is, in order. */
public enum DrainPhase {
    /** No drain has begun. */
    NONE,
    /** Readiness is down; responses ask for their connection to be closed. */
    ANNOUNCING,
    /** Everything is still served, until traffic has stopped. */
    SETTLING,
    /** New calls are refused; those in flight finish. */
    QUIESCING,
    /** The server stops. */
    CLOSING,
    /** The server has stopped. */
    DONE;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The phase as the value of a tag: lower case. */
    public String tag() {
        return tag;
    }
}
