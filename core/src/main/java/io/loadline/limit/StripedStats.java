/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Counts and sums of calls per route, spread over stripes so that threads do not meet. Thread-safe. */
final class StripedStats {
    /*
     * Half of the stripes belong to threads, the first ones that come and for as long as they live: such a thread needs no
     * atomic operation at all, which is a quarter of what a call costs otherwise. Virtual threads own nothing, they are
     * too many and gone too soon. Whoever has no stripe shares the other half: he claims one with a compare-and-set and lets
     * go with a release store, one atomic instead of one per counter; if it is taken he tries the next, so a thread that
     * lost its CPU while it held one stops nobody. Both are chosen by the thread's id (a ThreadLocal would cost memory per
     * virtual thread).
     *
     * Nothing is ever set back: the beat adds up what there is and subtracts what it has seen before, so that it disturbs
     * nobody. The first element of a stripe is odd while somebody writes, and moves on with each update of several elements:
     * what is read between two readings of the same even number belongs together (a sequence lock). Sums only grow, so what
     * cannot be read in one piece, since a thread has stopped in the midst of it, is right the next time.
     *
     * Timed calls have a place for those that are low and another for the rest, and only what was cut off a latency has one
     * beside it, so that a call writes as little as it can; what has been drained has the sums.
     *
     * All fields of all routes of a stripe are in one array, padded at both ends.
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

    /** Of timed calls whose waiting for others is taken down. */
    static final int WAITED_NANOS = 16;

    /** Arrivals that are counted by what becomes of them, too. */
    static final int REPEATED = 17;

    static final int LONGS = 18;

    /** Fields of a route that are double: sums of squares of latencies in nanoseconds. */
    static final int RTT_SQUARES = 0;

    static final int LOW_RTT_SQUARES = 1;
    static final int DOUBLES = 2;

    private static final int MOST_TRIES = 100;

    /** A minute. Sums are never set back, and one call of a day would make them too coarse for calls of a millisecond. */
    private static final double MOST_SQUARED_NANOS = 6e10;

    private static final int PAD = 16;
    private static final int VERSION = PAD;
    private static final int TURN = PAD + 1;
    private static final int FIRST = PAD + 2;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    /** Null where there are no virtual threads. */
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    /* The first half is shared, the second one owned. */
    private final long[][] longs;
    private final double[][] doubles;
    private final int shared;
    private final int homeShift;
    private final long sloNanos;

    /** Who owns a stripe of the second half. A thread enters itself where there is nobody; the beat removes the dead. */
    private final AtomicReferenceArray<@Nullable Thread> owners;

    /* Of the beat alone: what it has seen so far, and what it sees now. */
    private final long[] seenLongs;
    private final double[] seenDoubles;
    private final long[] nowLongs;
    private final double[] nowDoubles;
    private final long[] copiedLongs = new long[LONGS];
    private final double[] copiedDoubles = new double[DOUBLES];

    StripedStats(int routes, int stripes) {
        this(routes, stripes, -1);
    }

    /** Counts timed calls that took at most {@code sloNanos}; none of them if that is negative. */
    StripedStats(int routes, int stripes, long sloNanos) {
        this.sloNanos = sloNanos;
        this.shared = Integer.highestOneBit(Math.max(1, stripes * 2 - 1));
        this.homeShift = Integer.SIZE - Integer.numberOfTrailingZeros(shared);
        this.longs = new long[2 * shared][FIRST + routes * LONGS + PAD];
        this.doubles = new double[2 * shared][PAD + routes * DOUBLES + PAD];
        this.owners = new AtomicReferenceArray<>(shared);
        this.seenLongs = new long[routes * LONGS];
        this.seenDoubles = new double[routes * DOUBLES];
        this.nowLongs = new long[routes * LONGS];
        this.nowDoubles = new double[routes * DOUBLES];
    }

    /** Whether it is this call's turn to be timed: about one of {@code sampleMask + 1} per stripe, a power of two. */
    boolean isSampled(int sampleMask) {
        if (sampleMask == 0) {
            return true;
        }
        long[] stripe = longs[shared + home(Thread.currentThread())];
        // Unclaimed and racy on purpose: a lost increment only shifts whose turn it is.
        long turn = stripe[TURN] + 1;
        stripe[TURN] = turn;
        // Multiples of the golden ratio are spread evenly and out of step with everything: with every n-th call, of two
        // routes that take turns on a thread only one would ever be timed.
        return ((turn * GOLDEN_RATIO) >>> (Long.SIZE - Integer.bitCount(sampleMask))) == 0;
    }

    void count(int route, int field) {
        Thread thread = Thread.currentThread();
        int home = home(thread);
        int at = FIRST + route * LONGS + field;
        if (owns(thread, home)) {
            // A single element is always whole, so its readers need no version to tell.
            long[] own = longs[shared + home];
            ELEMENT.setOpaque(own, at, own[at] + 1);
            return;
        }
        long[] stripe = longs[claim(home)];
        stripe[at]++;
        end(stripe);
    }

    /**
     * Counts an ended call and, if {@code rttNanos >= 0}, its latency, as it was and cut at {@code cutNanos}, and how much of
     * that it has waited for others.
     */
    void end(int route, int field, boolean shadowed, boolean low, long rttNanos, long waitedNanos, long cutNanos) {
        int index = begin();
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
            double root = Math.min((double) cut, MOST_SQUARED_NANOS);
            stripe[at + (low ? LOW_TIMED : TIMED)]++;
            stripe[at + (low ? LOW_RTT_NANOS : RTT_NANOS)] += cut;
            squares[squareAt + (low ? LOW_RTT_SQUARES : RTT_SQUARES)] += root * root;
            if (rttNanos > cut) {
                stripe[at + UNCUT_NANOS] += rttNanos - cut;
            }
            if (waitedNanos > 0) {
                stripe[at + WAITED_NANOS] += waitedNanos;
            }
            if (rttNanos <= sloNanos) {
                stripe[at + WITHIN_SLO]++;
            }
        }
        end(stripe);
    }

    /** Adds what the first {@code routes} routes have had since the last time to totals that hold their fields route by route. */
    void drainTo(int routes, long[] longTotals, double[] doubleTotals) {
        releaseOwned();
        Arrays.fill(nowLongs, 0, routes * LONGS, 0);
        Arrays.fill(nowDoubles, 0, routes * DOUBLES, 0);
        for (int index = 0; index < longs.length; index++) {
            // Who has stopped in the midst of one update keeps nobody waiting for each route again.
            int tries = MOST_TRIES;
            for (int route = 0; route < routes; route++) {
                tries = add(index, route, tries) ? tries : 1;
            }
        }
        for (int i = 0; i < routes * LONGS; i++) {
            nowLongs[i] -= seenLongs[i];
            seenLongs[i] += nowLongs[i];
            longTotals[i] += nowLongs[i];
        }
        for (int i = 0; i < routes * DOUBLES; i++) {
            double now = nowDoubles[i];
            nowDoubles[i] -= seenDoubles[i];
            seenDoubles[i] = now;
            doubleTotals[i] += nowDoubles[i];
        }
        for (int route = 0; route < routes; route++) {
            addLow(route, longTotals, doubleTotals);
        }
    }

    /** The totals of timed calls include those that are low, and uncut what was not cut. */
    private void addLow(int route, long[] longTotals, double[] doubleTotals) {
        int longAt = route * LONGS;
        int doubleAt = route * DOUBLES;
        longTotals[longAt + TIMED] += nowLongs[longAt + LOW_TIMED];
        longTotals[longAt + RTT_NANOS] += nowLongs[longAt + LOW_RTT_NANOS];
        longTotals[longAt + UNCUT_NANOS] += nowLongs[longAt + RTT_NANOS] + nowLongs[longAt + LOW_RTT_NANOS];
        doubleTotals[doubleAt + RTT_SQUARES] += nowDoubles[doubleAt + LOW_RTT_SQUARES];
    }

    /** Returns whether what was read belongs together. */
    private boolean add(int index, int route, int mostTries) {
        long[] stripe = longs[index];
        double[] squares = doubles[index];
        int longAt = route * LONGS;
        int doubleAt = route * DOUBLES;
        boolean whole = false;
        for (int tries = 1; !whole && tries <= mostTries; tries++) {
            long version = (long) ELEMENT.getAcquire(stripe, VERSION);
            System.arraycopy(stripe, FIRST + longAt, copiedLongs, 0, LONGS);
            System.arraycopy(squares, PAD + doubleAt, copiedDoubles, 0, DOUBLES);
            VarHandle.loadLoadFence();
            whole = (version & 1) == 0 && (long) ELEMENT.getOpaque(stripe, VERSION) == version;
        }
        for (int i = 0; i < LONGS; i++) {
            nowLongs[longAt + i] += copiedLongs[i];
        }
        for (int i = 0; i < DOUBLES; i++) {
            nowDoubles[doubleAt + i] += copiedDoubles[i];
        }
        return whole;
    }

    /** What belonged to threads that have ended is for others. */
    private void releaseOwned() {
        for (int i = 0; i < shared; i++) {
            Thread owner = owners.get(i);
            if (owner != null && !owner.isAlive()) {
                owners.set(i, null);
            }
        }
    }

    boolean isOwner(Thread thread) {
        return owners.get(home(thread)) == thread;
    }

    /** A stripe for an update by this thread alone, until {@link #end(long[])}. */
    private int begin() {
        Thread thread = Thread.currentThread();
        int home = home(thread);
        if (owns(thread, home)) {
            long[] own = longs[shared + home];
            ELEMENT.setOpaque(own, VERSION, own[VERSION] | 1);
            VarHandle.storeStoreFence();
            return shared + home;
        }
        return claim(home);
    }

    /** Whether the owned stripe there is this thread's, from now on if nobody has it. It is not taken away while it lives. */
    private boolean owns(Thread thread, int home) {
        Thread owner = owners.get(home);
        return owner == thread || (owner == null && !isVirtual(thread) && owners.compareAndSet(home, null, thread));
    }

    private static void end(long[] stripe) {
        ELEMENT.setRelease(stripe, VERSION, stripe[VERSION] + 1);
    }

    private int claim(int home) {
        int index = home;
        for (int tries = 1; ; tries++) {
            long[] stripe = longs[index];
            long version = stripe[VERSION];
            if ((version & 1) == 0 && ELEMENT.compareAndSet(stripe, VERSION, version, version + 1)) {
                // Not all processors keep later stores behind the one of a compare-and-set.
                VarHandle.storeStoreFence();
                return index;
            }
            index = (index + 1) & (shared - 1);
            if ((tries & 63) == 0) {
                Thread.yield();
            }
        }
    }

    /**
     * Threads that run together often have neighbouring ids. The highest bits of their product with 2^32 / phi keep
     * neighbours farthest apart (Knuth's Fibonacci hashing); lower bits would put every second pair on one stripe.
     */
    private int home(Thread thread) {
        int spread = (int) thread.getId() * 0x9E3779B9;
        // Twice, since a shift by 32, for a single stripe, would be none.
        return (spread >>> 1) >>> (homeShift - 1);
    }

    private static boolean isVirtual(Thread thread) {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual throws nothing", e);
        }
    }

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
