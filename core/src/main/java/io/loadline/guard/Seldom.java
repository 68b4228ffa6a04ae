/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one through a minute: for what may be logged for each request of a flood. Thread-safe. */
final class Seldom {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final Ticker ticker;

    /** When the next may go. Written by whoever goes, read by whoever would. */
    private final AtomicLong dueNanos;

    Seldom(Ticker ticker) {
        this.ticker = ticker;
        this.dueNanos = new AtomicLong(ticker.read());
    }

    boolean isDue() {
        long now = ticker.read();
        long due = dueNanos.get();
        return now - due >= 0 && dueNanos.compareAndSet(due, now + MINUTE_NANOS);
    }
}
