/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** The time of one quota, read once per decision for all that is part of it. Thread-safe. */
final class QuotaClock implements com.github.benmanes.caffeine.cache.Ticker {
    /*
     * A reading of the system's clock costs as much as the rest of a decision, and both the engine and the cache want one. So
     * a decision begins with the only one, and they get what was read last. It is written once a step only, or all processors
     * would write one place all the time; and by compare-and-set, since the engine does not bear a time that goes back.
     */
    private static final long STEP_NANOS = 100_000;

    private final Ticker ticker;

    /** Written by decisions, read by all that is part of one; at most a step behind the time at which that began. */
    private final AtomicLong latelyNanos;

    QuotaClock(Ticker ticker) {
        this.ticker = ticker;
        this.latelyNanos = new AtomicLong(ticker.read());
    }

    /** To be called first by whoever decides. */
    void tick() {
        long now = ticker.read();
        long lately = latelyNanos.get();
        if (now - lately >= STEP_NANOS) {
            // Whoever was faster has written a later time, or nearly so.
            boolean unused = latelyNanos.compareAndSet(lately, now);
        }
    }

    @Override
    public long read() {
        return latelyNanos.get();
    }
}
