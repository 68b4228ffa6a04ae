/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Limit, calls in flight, calls outside the limit, whether somebody waits, and whether new calls are taken at all, in
 * one atomic word. Thread-safe.
 */
final class AdmissionWord extends PaddingAfterWord {
    /*
     * One fact in one place: the check against the limit and the count are one compare-and-set against a consistent
     * limit, so the limit can never be exceeded by a race, and lowering it is a smaller number that blocks nobody:
     * what is in flight falls by itself. Since the closed bit is in the same word, no call is admitted after it was
     * set, and "closed and empty" is final until somebody reopens: a drain can wait for it. A lost race goes on with the
     * value that won it, instead of asking again for a cache line that it has by then.
     *
     * The waiters bit says that somebody waits. It is set by the same compare-and-set that finds no room, so that
     * whoever makes room later finds it, and no wake-up is lost. While it is set a newcomer is refused even where there
     * is room, which is on its way to a waiter: newcomers that try again and again would starve those who wait. Both rare
     * states are the two highest bits, so that without them each operation pays for one test of what it has
     * read anyway.
     *
     *   63      62        61 .. 42     41 .. 21            20 .. 0
     *   closed  waiters   limit        outside the limit   in flight
     *
     * A release takes one off whatever there is, by one fetch-and-add: a compare-and-set would have to read before, and
     * of two threads each would fetch the cache line twice. Only afterwards does a release too many find out that there
     * was nothing, and takes it back. So a count may be below zero for some nanoseconds. Counts are kept with the
     * highest bit of their field as zero, so that this borrows nothing from the field beside it.
     *
     * Checked by AdmissionWordLincheckTest and by PermitStressTest.
     */
    static final int MAX_LIMIT = (1 << 20) - 1;

    /** Results of {@link #tryAcquire}. */
    static final int REFUSED_CLOSED = -2;

    static final int REFUSED_LIMIT = -1;
    static final int ADMITTED = 0;
    static final int ADMITTED_LOW = 1;
    static final int ADMITTED_OUTSIDE = 2;

    /** Results of {@link #release}: nobody is to be told, the last one while closed, others wait. */
    static final int RELEASED = 0;

    static final int RELEASED_LAST = 1;
    static final int RELEASED_BEFORE_WAITERS = 2;

    private static final long CLOSED = 1L << 63;
    private static final long WAITERS = 1L << 62;
    private static final int COUNT_MASK = (1 << 21) - 1;
    private static final int COUNT_OF_NONE = 1 << 20;
    private static final int MAX_COUNT = COUNT_MASK - COUNT_OF_NONE;
    private static final int OUTSIDE_SHIFT = 21;
    private static final long ONE_OUTSIDE = 1L << OUTSIDE_SHIFT;
    private static final int LIMIT_SHIFT = 42;
    private static final long LIMIT_FIELD = (long) MAX_LIMIT << LIMIT_SHIFT;
    private static final long COUNT_FIELDS = (1L << LIMIT_SHIFT) - 1;
    private static final long EMPTY = (long) COUNT_OF_NONE << OUTSIDE_SHIFT | COUNT_OF_NONE;

    private static final VarHandle WORD;
    private static final VarHandle STREAMS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(AdmissionWordField.class, "word", long.class);
            STREAMS = lookup.findVarHandle(AdmissionWord.class, "streams", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The most calls that ran at once since it was last taken. Written after a successful acquire, read by the beat. A
     * maximum may be lost to a thread that was stopped before it wrote a smaller one, until the next acquire at that
     * level: good enough for what it is for, and exact it would cost a second compare-and-set. Like all that follows it is
     * mostly read, and not in the word's cache line, which another thread may have taken already when it is.
     */
    private int peak;

    /** Who keeps places without calls. Written once, when a route gets limits of its own; read by every acquire. */
    private volatile @Nullable RouteGroups reservedBy;

    /** Of those outside, how many are streams. Written as they begin and end, read by every acquire; a moment stale. */
    private volatile int streams;

    AdmissionWord(int limit) {
        this.word = (long) limit << LIMIT_SHIFT | EMPTY;
    }

    int tryAcquire(Enforcement enforcement) {
        return tryAcquire(enforcement, CLOSED | WAITERS, 0, 0);
    }

    /** Notes that somebody waits if there is no room. Only for the queue, under its lock, when it is empty. */
    int tryAcquireOrWait(Enforcement enforcement) {
        return tryAcquire(enforcement, CLOSED | WAITERS, 0, WAITERS);
    }

    /** For the one whose turn it is among those who wait, maybe the last of them. Only for the queue, under its lock. */
    int tryAcquireAsWaiter(Enforcement enforcement, boolean last) {
        return tryAcquire(enforcement, CLOSED, last ? WAITERS : 0, 0);
    }

    private int tryAcquire(Enforcement enforcement, long barriers, long clearIfAdmitted, long setIfRefused) {
        for (long current = word; ; ) {
            if ((current & barriers) != 0) {
                if (current < 0) {
                    return REFUSED_CLOSED;
                }
                if (enforcement == Enforcement.ENFORCE) {
                    return REFUSED_LIMIT;
                }
            }
            int inFlight = inFlight(current);
            int limit = limit(current);
            long next;
            int admitted;
            int running = inFlight + 1 + outside(current) - notCalls();
            if (inFlight < limit || (enforcement == Enforcement.OFF && inFlight < MAX_COUNT)) {
                next = (current + 1) & ~clearIfAdmitted;
                admitted = running <= limit >> 1 ? ADMITTED_LOW : ADMITTED;
            } else if (enforcement == Enforcement.SHADOW && outside(current) < MAX_COUNT) {
                next = (current + ONE_OUTSIDE) & ~clearIfAdmitted;
                admitted = ADMITTED_OUTSIDE;
            } else {
                if (setIfRefused == 0) {
                    return REFUSED_LIMIT;
                }
                next = current | setIfRefused;
                admitted = REFUSED_LIMIT;
            }
            boolean isPeak = running > peak;
            // Everything is ready by now: who has the cache line makes all others wait until he lets it go.
            long witness = (long) WORD.compareAndExchange(this, current, next);
            if (witness == current) {
                if (isPeak && admitted != REFUSED_LIMIT) {
                    peak = running;
                }
                return admitted;
            }
            current = witness;
        }
    }

    /** Admits a call outside the limit, whatever room there is within it. */
    int tryAcquireOutside() {
        for (; ; ) {
            long current = word;
            if (current < 0) {
                return REFUSED_CLOSED;
            }
            if (outside(current) == MAX_COUNT) {
                return REFUSED_LIMIT;
            }
            if (WORD.compareAndSet(this, current, current + ONE_OUTSIDE)) {
                peak = Math.max(peak, running());
                return ADMITTED_OUTSIDE;
            }
        }
    }

    /** A call has been admitted on a place that was reserved for it and is counted already. */
    int admittedByReserve() {
        int running = running();
        if (running > peak) {
            peak = running;
        }
        return running <= limit() >> 1 ? ADMITTED_LOW : ADMITTED;
    }

    /**
     * Takes back one call and tells who is to be told.
     *
     * @throws IllegalStateException if no such call is in flight, which means it was released twice
     */
    int release(boolean outsideLimit) {
        long one = outsideLimit ? ONE_OUTSIDE : 1;
        long before = (long) WORD.getAndAdd(this, -one);
        if ((outsideLimit ? outside(before) : inFlight(before)) <= 0) {
            long unused = (long) WORD.getAndAdd(this, one);
            throw new IllegalStateException("released more often than acquired");
        }
        long after = before - one;
        if ((after & (CLOSED | WAITERS)) == 0) {
            return RELEASED;
        }
        // Who closed refuses those who wait.
        return after < 0 ? isClosedAndEmpty(after) ? RELEASED_LAST : RELEASED : RELEASED_BEFORE_WAITERS;
    }

    /** Nobody waits any more. Only for the queue, under its lock. */
    void clearWaiters() {
        for (; ; ) {
            long current = word;
            if ((current & WAITERS) == 0 || WORD.compareAndSet(this, current, current & ~WAITERS)) {
                return;
            }
        }
    }

    /** Somebody waits, and the bit may have been cleared. Only for the queue, under its lock. */
    void noteWaiters() {
        for (; ; ) {
            long current = word;
            if ((current & WAITERS) != 0 || WORD.compareAndSet(this, current, current | WAITERS)) {
                return;
            }
        }
    }

    boolean hasWaiters() {
        return (word & WAITERS) != 0;
    }

    /** Takes places without calls, beyond the limit if need be. */
    void take(int places) {
        for (; ; ) {
            long current = word;
            if (WORD.compareAndSet(this, current, current + places)) {
                return;
            }
        }
    }

    /** Gives them back. Whether the word is closed and empty then is for the caller to ask. */
    void give(int places) {
        if (places > 0) {
            take(-places);
        }
    }

    /** A stream begins, whether or not new calls are taken: it was a call, which is still to be released. */
    void beginStream() {
        int unused = (int) STREAMS.getAndAdd(this, 1);
        for (; ; ) {
            long current = word;
            if (WORD.compareAndSet(this, current, current + ONE_OUTSIDE)) {
                return;
            }
        }
    }

    /** {@link #release} of a stream. */
    int endStream() {
        int released = release(true);
        int unused = (int) STREAMS.getAndAdd(this, -1);
        return released;
    }

    int streams() {
        return streams;
    }

    void reservedBy(RouteGroups groups) {
        reservedBy = groups;
    }

    void limit(int limit) {
        for (; ; ) {
            long current = word;
            if (WORD.compareAndSet(this, current, (current & ~LIMIT_FIELD) | ((long) limit << LIMIT_SHIFT))) {
                return;
            }
        }
    }

    /** Refuses everything from now on, or takes new calls again. Returns whether the word is then closed and empty. */
    boolean closed(boolean closed) {
        for (; ; ) {
            long current = word;
            long next = closed ? current | CLOSED : current & ~CLOSED;
            if (WORD.compareAndSet(this, current, next)) {
                return isClosedAndEmpty(next);
            }
        }
    }

    boolean closed() {
        return word < 0;
    }

    boolean isClosedAndEmpty() {
        return isClosedAndEmpty(word);
    }

    int limit() {
        return limit(word);
    }

    /** All calls that run, within the limit and outside it; streams are none. */
    int running() {
        long current = word;
        return Math.max(0, inFlight(current) + outside(current) - notCalls());
    }

    /** Of what the word counts, what is not a call that runs: places kept for some routes, and streams. */
    private int notCalls() {
        RouteGroups groups = reservedBy;
        return streams + (groups == null ? 0 : groups.idle());
    }

    int inFlight() {
        return inFlight(word);
    }

    /** How many more calls fit within the limit; negative after it was lowered. */
    int free() {
        long current = word;
        return limit(current) - inFlight(current);
    }

    /** The peak since the last call; the next one begins with what runs now. */
    int takePeak() {
        int taken = Math.max(peak, running());
        peak = running();
        return taken;
    }

    private static boolean isClosedAndEmpty(long word) {
        return word < 0 && (word & COUNT_FIELDS) == EMPTY;
    }

    private static int inFlight(long word) {
        return ((int) word & COUNT_MASK) - COUNT_OF_NONE;
    }

    private static int outside(long word) {
        return ((int) (word >>> OUTSIDE_SHIFT) & COUNT_MASK) - COUNT_OF_NONE;
    }

    private static int limit(long word) {
        return (int) (word >>> LIMIT_SHIFT) & MAX_LIMIT;
    }
}

/** Keeps the word away from the header and from whatever the collector put before it. */
@SuppressWarnings("unused")
abstract class PaddingBeforeWord {
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
}

/** The word, alone in its cache line and in the one that processors fetch along with it. */
abstract class AdmissionWordField extends PaddingBeforeWord {
    /** Written by every acquire and release, always as a whole. */
    volatile long word;
}

/** Keeps the word away from what is read beside it. */
@SuppressWarnings("unused")
abstract class PaddingAfterWord extends AdmissionWordField {
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
}
