/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.concurrent.atomic.AtomicLong;

/** The union of the waits of one request, in one word. Thread-safe. */
final class WaitUnion implements RequestTiming {
    /*
     * The word: time in nanoseconds (signed, 51 bits: 13 days), one bit for a failure, 12 bits with the number of waits
     * under way. While that number is 0 the time is what has been waited; otherwise it is that less the reading at which the
     * number rose from 0, so that adding a reading gives what has been waited until then. Both change in one step.
     *
     * Two threads that begin and end at the same moment may count the nanoseconds between their two readings twice.
     */
    static final int MOST_AT_ONCE = 0xFFF;

    private static final long FAILED = MOST_AT_ONCE + 1L;
    private static final int SHIFT = 13;

    /** Readings are taken relative to this one, or they would not fit. */
    private final long originNanos;

    /** Written by whoever begins or ends a wait, by compare-and-set; read by anybody. */
    private final AtomicLong word = new AtomicLong();

    WaitUnion(long originNanos) {
        this.originNanos = originNanos;
    }

    @Override
    public boolean waitBegins(long nowNanos) {
        for (; ; ) {
            long seen = word.get();
            if (waits(seen) == MOST_AT_ONCE) {
                return false;
            }
            long nanos = waits(seen) == 0 ? nanos(seen) - (nowNanos - originNanos) : nanos(seen);
            if (word.compareAndSet(seen, word(nanos, seen, waits(seen) + 1))) {
                return true;
            }
        }
    }

    @Override
    public void waitEnds(long nowNanos) {
        for (; ; ) {
            long seen = word.get();
            if (waits(seen) == 0) {
                return;
            }
            long nanos = waits(seen) == 1 ? nanos(seen) + (nowNanos - originNanos) : nanos(seen);
            if (word.compareAndSet(seen, word(nanos, seen, waits(seen) - 1))) {
                return;
            }
        }
    }

    @Override
    public long waitedNanos(long nowNanos) {
        long seen = word.get();
        return Math.max(0, waits(seen) == 0 ? nanos(seen) : nanos(seen) + (nowNanos - originNanos));
    }

    @Override
    public void downstreamFailed() {
        if (!hasDownstreamFailed()) {
            long unused = word.getAndUpdate(seen -> seen | FAILED);
        }
    }

    @Override
    public boolean hasDownstreamFailed() {
        return (word.get() & FAILED) != 0;
    }

    private static int waits(long word) {
        return (int) (word & MOST_AT_ONCE);
    }

    private static long nanos(long word) {
        return word >> SHIFT;
    }

    private static long word(long nanos, long flags, int waits) {
        return nanos << SHIFT | (flags & FAILED) | waits;
    }
}
