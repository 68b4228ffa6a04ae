/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.time;

/**
 * A source of elapsed nanoseconds from an arbitrary origin. Values may be negative and may wrap: compare differences
 * only. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface Ticker {

    /** The present reading in nanoseconds. */
    long read();

    /** The ticker on {@link System#nanoTime()}. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
