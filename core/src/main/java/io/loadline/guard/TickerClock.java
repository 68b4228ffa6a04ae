/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A ticker as a clock, for a library that measures waits with one: it never jumps. Thread-safe. */
final class TickerClock extends Clock {
    private final Ticker ticker;
    private final long originNanos;

    TickerClock(Ticker ticker) {
        this.ticker = ticker;
        this.originNanos = ticker.read();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(ticker.read() - originNanos);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
