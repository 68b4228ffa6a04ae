/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts of arrivals by level, and of what became of them by class, spread over stripes. Thread-safe. */
final class ArrivalCounts {
    /*
     * One atomic add per call in a stripe chosen by thread id: with a single counter to raise, that is cheaper than to
     * claim the stripe as StripedStats does. Nothing is ever set back: whoever reads subtracts what was there before, so
     * reading disturbs nobody.
     */
    static final int LEVELS = Criticality.COUNT * CallContext.COHORTS;

    /** Fields after the levels: one of all calls that name a cohort, the others by class. */
    static final int KEYED = LEVELS;

    static final int SHED = KEYED + 1;
    static final int SHADOWED = SHED + Criticality.COUNT;
    static final int EXPIRED = SHADOWED + Criticality.COUNT;
    static final int OWN = EXPIRED + Criticality.COUNT;
    static final int FIELDS = OWN + Criticality.COUNT;

    private static final int MAX_STRIPES = 16;
    private static final int PAD = 16;
    private static final int TURN = PAD - 1;
    private static final int GOLDEN_RATIO = 0x9E3779B9;
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[][] stripes;
    private final int homeShift;

    ArrivalCounts(int processors) {
        int size = Integer.highestOneBit(Math.max(1, Math.min(MAX_STRIPES, processors * 2 - 1)));
        this.homeShift = Integer.SIZE - Integer.numberOfTrailingZeros(size);
        this.stripes = new long[size][PAD + FIELDS + PAD];
    }

    void count(int field) {
        long unused = (long) ELEMENT.getAndAdd(stripes[home()], PAD + field, 1L);
    }

    /** A cohort for a call without one: taken in turn, multiples of the golden ratio being spread evenly at any time. */
    int nextCohort() {
        long[] stripe = stripes[home()];
        // Racy on purpose: a lost turn means that two calls get the same cohort.
        int turn = (int) (stripe[TURN] + 1);
        stripe[TURN] = turn;
        return (turn * GOLDEN_RATIO) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(CallContext.COHORTS));
    }

    /** What was ever counted in a field. */
    long sum(int field) {
        long sum = 0;
        for (long[] stripe : stripes) {
            sum += (long) ELEMENT.getOpaque(stripe, PAD + field);
        }
        return sum;
    }

    /** By Fibonacci hashing of the thread's id; see {@link StripedStats}. */
    private int home() {
        int spread = (int) Thread.currentThread().getId() * GOLDEN_RATIO;
        // Twice, since a shift by 32, for a single stripe, would be none.
        return (spread >>> 1) >>> (homeShift - 1);
    }
}
