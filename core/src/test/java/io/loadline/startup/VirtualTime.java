/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.time.ManualTicker;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.Condition;

/**
 * Time for a start: whoever pauses is in the future at once, while a stage runs only {@link #pass} moves it. Thread-safe.
 */
final class VirtualTime implements Waiter, Ticker {
    private static final long LOOK_NANOS = 1_000_000;

    private final ManualTicker ticker = new ManualTicker();

    /** Lets time pass while a stage runs. */
    void pass(Duration duration) {
        ticker.advance(duration);
    }

    @Override
    public long read() {
        return ticker.read();
    }

    @Override
    public void pause(Condition changed, long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ticker.advanceNanos(nanos);
    }

    /** Cannot hear of {@link #pass}, so it returns soon and is called again. */
    @Override
    public void awaitStage(Condition changed, long nanos) throws InterruptedException {
        long unused = changed.awaitNanos(LOOK_NANOS);
    }
}
