/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that moves when it is told to. Thread-safe. */
public final class ManualTicker implements Ticker {
    private final AtomicLong nanos;

    /** Begins shortly before readings wrap, so that every test also shows that only differences are compared. */
    public ManualTicker() {
        this(Long.MAX_VALUE - 1_000_000_000L);
    }

    public ManualTicker(long originNanos) {
        this.nanos = new AtomicLong(originNanos);
    }

    public void advance(Duration duration) {
        advanceNanos(duration.toNanos());
    }

    public void advanceNanos(long duration) {
        nanos.addAndGet(duration);
    }

    @Override
    public long read() {
        return nanos.get();
    }
}
