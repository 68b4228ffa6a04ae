/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import java.util.concurrent.TimeUnit;

/** Whether a limiter has no room to spare, told at each beat. Not thread-safe; guarded by its owner. */
final class LimiterPressure {
    /*
     * It has none if it refused more than 2 % of the calls of a second, as the signal sees it, or if others than messages
     * have taken all of it for a second. Messages that take all of it are no reason: they wait for each other, and to work
     * off a backlog as fast as can be is what they are for.
     */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double SHED_SHARE = 0.02;

    private final ConcurrencyLimiter limiter;
    private LimiterStats before;
    private long windowNanos;
    private boolean shedding;
    private boolean full;
    private long fullSinceNanos;

    LimiterPressure(ConcurrencyLimiter limiter, long nowNanos) {
        this.limiter = limiter;
        this.before = limiter.stats();
        this.windowNanos = nowNanos;
    }

    /** {@code messages} is how many of the calls in flight are messages. */
    boolean isHigh(long nowNanos, int messages) {
        if (nowNanos - windowNanos >= WINDOW_NANOS) {
            // What nobody looked at for long says nothing about now.
            boolean late = nowNanos - windowNanos >= 3 * WINDOW_NANOS;
            windowNanos = nowNanos;
            LimiterStats now = limiter.stats();
            LimiterStats since = now.minus(before);
            before = now;
            shedding = !late && since.shed() > SHED_SHARE * since.offered();
        }
        boolean fullNow = limiter.isEnforcing() && limiter.inFlight() - messages >= limiter.limit();
        if (fullNow && !full) {
            fullSinceNanos = nowNanos;
        }
        full = fullNow;
        return shedding || (full && nowNanos - fullSinceNanos >= WINDOW_NANOS);
    }
}
