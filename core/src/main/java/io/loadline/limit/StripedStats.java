/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts and sums of calls per route, spread over stripes so that threads do not meet. Thread-safe. */
final class StripedStats {
    /*
     * A stripe is chosen by thread id (a ThreadLocal would cost memory per virtual thread), claimed with one
     * compare-and-set, updated with plain writes and let go with a release store: one atomic instead of one per
     * counter. Whoever finds it taken tries the next, so a thread that lost its CPU while it held a stripe stops
     * nobody. The beat claims stripe after stripe in the same way and moves what it finds into its totals.
     *
     * All fields of all routes of a stripe are in one array, padded at both ends; the claim is its first element.
     */

    /** Fields of a route that are long. */
    static final int SUCCEEDED = 0;

    static final int IGNORED = 1;
    static final int DROPPED = 2;
    static final int SHADOWED = 3;
    static final int SHED = 4;
    static final int REFUSED = 5;
    static final int CAPPED = 6;
    static final int SHADOW_CAPPED = 7;
    static final int TIMED = 8;
    static final int RTT_NANOS = 9;
    static final int LOW_TIMED = 10;
    static final int LOW_RTT_NANOS = 11;
    static final int UNCUT_NANOS = 12;
    static final int WITHIN_SLO = 13;

    /** Last, since they are rare and all before them lie together. */
    static final int EXPIRED = 14;

    static final int SHADOW_EXPIRED = 15;
    static final int LONGS = 16;

    /** Fields of a route that are double: sums of squares of latencies in nanoseconds. */
    static final int RTT_SQUARES = 0;

    static final int LOW_RTT_SQUARES = 1;
    static final int DOUBLES = 2;

    private static final int MOST_TRIES = 1_000;
    private static final int PAD = 16;
    private static final int CLAIM = PAD;
    private static final int TURN = PAD + 1;
    private static final int FIRST = PAD + 2;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[][] longs;
    private final double[][] doubles;
    private final int mask;
    private final int homeShift;
    private final long sloNanos;

    StripedStats(int routes, int stripes) {
        this(routes, stripes, -1);
    }

    /** Counts timed calls that took at most {@code sloNanos}; none of them if that is negative. */
    StripedStats(int routes, int stripes, long sloNanos) {
        this.sloNanos = sloNanos;
        int size = Integer.highestOneBit(Math.max(1, stripes * 2 - 1));
        this.mask = size - 1;
        this.homeShift = Integer.SIZE - Integer.numberOfTrailingZeros(size);
        this.longs = new long[size][FIRST + routes * LONGS + PAD];
        this.doubles = new double[size][PAD + routes * DOUBLES + PAD];
    }

    /** Whether it is this call's turn to be timed: about one of {@code sampleMask + 1} per stripe, a power of two. */
    boolean isSampled(int sampleMask) {
        if (sampleMask == 0) {
            return true;
        }
        long[] stripe = longs[home()];
        // Unclaimed and racy on purpose: a lost increment only shifts whose turn it is.
        long turn = stripe[TURN] + 1;
        stripe[TURN] = turn;
        // Multiples of the golden ratio are spread evenly and out of step with everything: with every n-th call, of two
        // routes that take turns on a thread only one would ever be timed.
        return ((turn * GOLDEN_RATIO) >>> (Long.SIZE - Integer.bitCount(sampleMask))) == 0;
    }

    void count(int route, int field) {
        int index = claim();
        long[] stripe = longs[index];
        stripe[FIRST + route * LONGS + field]++;
        ELEMENT.setRelease(stripe, CLAIM, 0L);
    }

    /** Counts an ended call and, if {@code rttNanos >= 0}, its latency, as it was and cut at {@code cutNanos}. */
    void end(int route, int field, boolean shadowed, boolean low, long rttNanos, long cutNanos) {
        int index = claim();
        long[] stripe = longs[index];
        int at = FIRST + route * LONGS;
        stripe[at + field]++;
        if (shadowed) {
            stripe[at + SHADOWED]++;
        }
        if (rttNanos >= 0) {
            double[] squares = doubles[index];
            int squareAt = PAD + route * DOUBLES;
            long cut = Math.min(rttNanos, cutNanos);
            double square = (double) cut * cut;
            stripe[at + TIMED]++;
            stripe[at + UNCUT_NANOS] += rttNanos;
            stripe[at + RTT_NANOS] += cut;
            if (rttNanos <= sloNanos) {
                stripe[at + WITHIN_SLO]++;
            }
            squares[squareAt + RTT_SQUARES] += square;
            if (low) {
                stripe[at + LOW_TIMED]++;
                stripe[at + LOW_RTT_NANOS] += cut;
                squares[squareAt + LOW_RTT_SQUARES] += square;
            }
        }
        ELEMENT.setRelease(stripe, CLAIM, 0L);
    }

    /**
     * Moves everything of the first {@code routes} routes into {@code longTotals} and {@code doubleTotals}, which hold
     * the fields route by route. A stripe that stays taken is left for the next time: the limiter, and with it a drain,
     * must not wait for a thread that died in it, for example of a stack overflow.
     */
    void drainTo(int routes, long[] longTotals, double[] doubleTotals) {
        for (int index = 0; index < longs.length; index++) {
            if (!tryClaim(index)) {
                continue;
            }
            long[] stripe = longs[index];
            for (int i = 0; i < routes * LONGS; i++) {
                longTotals[i] += stripe[FIRST + i];
                stripe[FIRST + i] = 0;
            }
            double[] squares = doubles[index];
            for (int i = 0; i < routes * DOUBLES; i++) {
                doubleTotals[i] += squares[PAD + i];
                squares[PAD + i] = 0;
            }
            ELEMENT.setRelease(stripe, CLAIM, 0L);
        }
    }

    private boolean tryClaim(int index) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            if (ELEMENT.compareAndSet(longs[index], CLAIM, 0L, 1L)) {
                return true;
            }
            // Whoever holds it may need this CPU to go on.
            Thread.yield();
        }
        return false;
    }

    private int claim() {
        int index = home();
        for (int tries = 1; ; tries++) {
            if (ELEMENT.compareAndSet(longs[index], CLAIM, 0L, 1L)) {
                return index;
            }
            index = (index + 1) & mask;
            if ((tries & 63) == 0) {
                Thread.yield();
            }
        }
    }

    /**
     * Threads that run together often have neighbouring ids. The highest bits of their product with 2^32 / phi keep
     * neighbours farthest apart (Knuth's Fibonacci hashing); lower bits would put every second pair on one stripe.
     */
    private int home() {
        int spread = (int) Thread.currentThread().getId() * 0x9E3779B9;
        // Twice, since a shift by 32, for a single stripe, would be none.
        return (spread >>> 1) >>> (homeShift - 1);
    }
}
