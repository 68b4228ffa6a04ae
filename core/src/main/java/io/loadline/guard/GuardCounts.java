/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one guard. Thread-safe. */
final class GuardCounts {
    /*
     * A success costs two additions: to the durations, whose sum is the number of successes, and to the time. What is not
     * counted on the way is derived when somebody asks.
     */
    private static final GuardRefusal[] REFUSALS = GuardRefusal.values();

    final Durations successes = new Durations();
    final LongAdder failed = new LongAdder();
    final LongAdder timedOut = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder slow = new LongAdder();
    final LongAdder waitedNanos = new LongAdder();

    /** Calls that were counted as timed out while they ran and have not ended; they are in the counts of outcomes. */
    final LongAdder late = new LongAdder();

    private final LongAdder[] refused = new LongAdder[REFUSALS.length];

    GuardCounts() {
        for (int i = 0; i < refused.length; i++) {
            refused[i] = new LongAdder();
        }
    }

    void count(GuardOutcome outcome, long nanos) {
        switch (outcome) {
            case SUCCESS -> successes.add(nanos);
            case FAILURE -> failed.increment();
            case TIMED_OUT -> timedOut.increment();
            case CANCELLED -> cancelled.increment();
        }
    }

    void refuse(GuardRefusal reason) {
        refused[reason.ordinal()].increment();
    }

    long ended() {
        return Math.max(
                0, successes.total() + failed.sum() + timedOut.sum() + cancelled.sum() - Math.max(0, late.sum()));
    }

    Map<GuardRefusal, Long> refused() {
        Map<GuardRefusal, Long> counts = new EnumMap<>(GuardRefusal.class);
        for (GuardRefusal each : REFUSALS) {
            counts.put(each, refused[each.ordinal()].sum());
        }
        return counts;
    }
}
