/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The calls in flight of routes that share limits of their own, and these limits. Thread-safe. */
final class RouteGroup extends RouteGroupPadding {
    /*
     * Calls, cap and reserved places are one word, so that the check against them and the count are one compare-and-set:
     *
     *   63 .. 61   60 .. 41         40 .. 21   20 .. 0
     *   spare      reserved places  cap        calls in flight
     *
     * A group takes max(calls, reserved places) places of the limiter's AdmissionWord. Which of its calls run on reserved
     * places is nobody's property: the first ones do, the rest is among all others. So a call that ends gives a common
     * place back as long as there is one, what is kept for the group is never kept twice, and reserved places may come and
     * go while calls run: there is nothing that a ticket would have to remember but that its call was counted here.
     *
     * An acquire first takes the place and then counts the call, a release the other way round; a call that finds, as it
     * is counted, that a reserved place has become free gives back the one it brought. So the word may for a moment count
     * a place too many and never one too few.
     *
     * Checked by RouteGroupLincheckTest and RouteLimitsStressTest.
     */

    /** Result of {@link #tryAcquire}, beside those of {@link AdmissionWord}. */
    static final int REFUSED_CAP = -3;

    static final int ADMITTED_OUTSIDE_CAP = 3;

    /** Result of {@link #tryAcquireOwn}: it takes a place of all others. */
    static final int COMMON = 4;

    private static final int NO_CAP = ConcurrencyLimiter.MAX_LIMIT;
    private static final long CALLS_FIELD = (1L << 21) - 1;
    private static final int CAP_SHIFT = 21;
    private static final int RESERVED_SHIFT = 41;
    private static final int TWENTY_BITS = (1 << 20) - 1;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(RouteGroup.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RouteGroups owner;
    private final AdmissionWord word;
    private final WaitLine waiting = new WaitLine(this);

    /** What is wanted; written under the owner's lock, read there and by whoever asks. */
    private volatile RouteLimits limits = RouteLimits.NONE;

    /** What there is; written by every acquire and release and by the owner, by compare-and-set only. */
    private volatile long state = state(0, NO_CAP, 0);

    RouteGroup(RouteGroups owner, AdmissionWord word) {
        this.owner = owner;
        this.word = word;
    }

    /**
     * A result of {@link AdmissionWord#tryAcquire}, REFUSED_CAP or ADMITTED_OUTSIDE_CAP; those outside are not counted.
     *
     * @param ofLimit what happens to a call beyond the limit
     * @param ofCap what happens to a call beyond the cap: other than the limit it means something from the first call on
     */
    int tryAcquire(Enforcement ofLimit, Enforcement ofCap) {
        int own = tryAcquireOwn(ofCap);
        return own == COMMON ? counted(word.tryAcquire(ofLimit), ofCap) : own;
    }

    /** The same as far as it is the group's own affair: its cap and the places kept for it; otherwise {@link #COMMON}. */
    int tryAcquireOwn(Enforcement ofCap) {
        boolean arranged = false;
        for (; ; ) {
            long current = state;
            int calls = calls(current);
            if (ofCap != Enforcement.OFF && isFull(current)) {
                return refuse(ofCap);
            }
            if (calls < reserved(current)) {
                if (word.closed()) {
                    return AdmissionWord.REFUSED_CLOSED;
                }
                if (STATE.compareAndSet(this, current, current + 1)) {
                    return word.admittedByReserve();
                }
            } else if (!arranged && owner.hasClaims() && calls(current) < owner.target(this)) {
                // What is guaranteed waits for calls of others to end; some may have since the last beat.
                arranged = true;
                owner.arrangeUnlessBusy();
            } else {
                return COMMON;
            }
        }
    }

    private int counted(int admitted, Enforcement ofCap) {
        if (admitted < 0 || admitted == AdmissionWord.ADMITTED_OUTSIDE || count(ofCap)) {
            return admitted;
        }
        owner.given(word.release(false));
        return refuse(ofCap);
    }

    /** {@link #tryAcquire} that notes that somebody waits if there is no room; see {@link AdmissionWord}. */
    int tryAcquireOrWait(Enforcement ofLimit, Enforcement ofCap) {
        int own = tryAcquireOwn(ofCap);
        return own == COMMON ? counted(word.tryAcquireOrWait(ofLimit), ofCap) : own;
    }

    /** {@link #tryAcquire} for the one whose turn it is among those who wait; see {@link AdmissionWord}. */
    int tryAcquireAsWaiter(Enforcement ofLimit, Enforcement ofCap, boolean last) {
        int own = tryAcquireOwn(ofCap);
        return own == COMMON ? counted(word.tryAcquireAsWaiter(ofLimit, last), ofCap) : own;
    }

    private int refuse(Enforcement ofCap) {
        if (word.closed()) {
            return AdmissionWord.REFUSED_CLOSED;
        }
        if (ofCap == Enforcement.ENFORCE) {
            return REFUSED_CAP;
        }
        return word.tryAcquireOutside() < 0 ? AdmissionWord.REFUSED_CLOSED : ADMITTED_OUTSIDE_CAP;
    }

    /** Counts a call that has a common place; false if the cap has been reached meanwhile. */
    private boolean count(Enforcement ofCap) {
        for (; ; ) {
            long current = state;
            if (ofCap != Enforcement.OFF && isFull(current)) {
                return false;
            }
            if (STATE.compareAndSet(this, current, current + 1)) {
                if (calls(current) < reserved(current)) {
                    owner.given(word.release(false));
                }
                return true;
            }
        }
    }

    /**
     * Takes back one call and tells who is to be told, as {@link AdmissionWord#release}.
     *
     * @throws IllegalStateException if none is in flight, which means it was released twice
     */
    int release() {
        for (; ; ) {
            long current = state;
            if (calls(current) == 0) {
                throw new IllegalStateException("released more often than acquired");
            }
            if (STATE.compareAndSet(this, current, current - 1)) {
                if (calls(current) > reserved(current)) {
                    return word.release(false);
                }
                // The place is kept for the group, of which somebody may wait.
                return word.hasWaiters() ? AdmissionWord.RELEASED_BEFORE_WAITERS : AdmissionWord.RELEASED;
            }
        }
    }

    /** Sets the cap and lowers what is reserved to {@code most}; returns how many places that has set free. */
    int shrink(int most, int cap) {
        for (; ; ) {
            long current = state;
            int reserved = Math.min(reserved(current), most);
            if (STATE.compareAndSet(this, current, state(reserved, cap, calls(current)))) {
                return taken(current) - Math.max(calls(current), reserved);
            }
        }
    }

    /** Raises what is reserved towards {@code most} by at most {@code free} places; returns how many of these it took. */
    int grow(int most, int free) {
        for (; ; ) {
            long current = state;
            int reserved = Math.min(most, taken(current) + free);
            if (reserved <= reserved(current)) {
                return 0;
            }
            if (STATE.compareAndSet(this, current, state(reserved, cap(current), calls(current)))) {
                return Math.max(calls(current), reserved) - taken(current);
            }
        }
    }

    /** How many places it would take to reserve {@code most}. */
    int missing(int most) {
        return Math.max(0, most - taken(state));
    }

    RouteLimits limits() {
        return limits;
    }

    /** Its calls that wait; the {@link WaitQueue}'s. */
    WaitLine waiting() {
        return waiting;
    }

    void limits(RouteLimits changed) {
        limits = changed;
    }

    int calls() {
        return calls(state);
    }

    int reserved() {
        return reserved(state);
    }

    /** Reserved places on which no call runs. */
    int idle() {
        long current = state;
        return Math.max(0, reserved(current) - calls(current));
    }

    boolean isFull() {
        return isFull(state);
    }

    private static boolean isFull(long state) {
        int cap = cap(state);
        return calls(state) >= cap && cap != NO_CAP;
    }

    private static int taken(long state) {
        return Math.max(calls(state), reserved(state));
    }

    private static long state(int reserved, int cap, int calls) {
        return (long) reserved << RESERVED_SHIFT | (long) cap << CAP_SHIFT | calls;
    }

    private static int calls(long state) {
        return (int) (state & CALLS_FIELD);
    }

    private static int cap(long state) {
        return (int) (state >>> CAP_SHIFT) & TWENTY_BITS;
    }

    private static int reserved(long state) {
        return (int) (state >>> RESERVED_SHIFT) & TWENTY_BITS;
    }
}

/** Keeps the states of two groups, and what is read beside them, in cache lines of their own. */
@SuppressWarnings("unused")
abstract class RouteGroupPadding {
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
}
