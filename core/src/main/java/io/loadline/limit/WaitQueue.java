/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who wait for a permit, in order of their arrival, and whose turn it is. Thread-safe. */
final class WaitQueue {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    /*
     * Hand-over: whoever changes something that a waiter may have waited for (a release, a higher limit, less
     * enforcement, closing) finds the waiters bit in the admission word and calls handOver, which tries to acquire for
     * those who wait until the word refuses. The first to enter tries once more, and sets the bit by the compare-and-set
     * that finds no room; the last to be admitted clears it by the one that admits. So a newcomer is refused on account
     * of waiters only if there are any. A waiter is settled once, under the lock: admitted with a ticket, refused for a
     * reason, or withdrawn. Whoever is settled is told after the lock was given back.
     *
     * Order: first in, first out, as long as the queue is what takes up a burst. If the oldest has waited for more than
     * 5 ms for 100 ms on end, the queue stands: it adds latency to everybody and throughput to nobody. Those are
     * CoDel's target and interval [1]. From then on until the queue is empty the newest is first [2]: some are served
     * at once, whose clients are still there, instead of all late.
     *
     * In that state [2] cuts waits to 5 ms. Here each keeps the wait that was agreed upon: who was overtaken costs
     * nobody anything and is served after all if the burst ends. But the bound holds, and a newcomer takes the place of
     * the oldest in a full queue; refused instead, it would leave the queue to those whose time has passed. In FIFO order
     * the newcomer is refused, since the oldest is served next.
     *
     * Places that a group of routes keeps for itself are not the next one's to have: they go to the first of the group's
     * own, wherever it stands. So each group has a line of its own beside the queue, in the same order: who is first in it
     * is found without looking at anybody else, however many wait. A newcomer of the group may be faster, since the bit is
     * the word's and the group's calls do not look at it; it takes one place of those that its like are guaranteed, and the
     * next goes to who waits.
     *
     * The lock is taken only by those who wait and by those who find the bit. Nothing slow runs under it.
     *
     * [1] K. Nichols, V. Jacobson, Controlling Queue Delay, ACM Queue 10(5), 2012
     * [2] B. Maurer, Fail at Scale, ACM Queue 13(8), 2015: adaptive LIFO beside CoDel
     */
    static final long TARGET_NANOS = 5_000_000L;
    static final long INTERVAL_NANOS = 100_000_000L;

    private final AdmissionWord word;
    private final Entrance entrance;
    private final LongSupplier nanoTime;
    private final IntSupplier maxWaiters;
    private final ReentrantLock lock = new ReentrantLock();

    /** Raised by whoever logs it. */
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    /** All who wait. */
    @GuardedBy("lock")
    private final WaitLine line = new WaitLine(null);

    /** Of these, those of each group of which any wait, in no particular order. */
    @GuardedBy("lock")
    private final List<WaitLine> groups = new ArrayList<>();

    /** Whether the oldest has waited longer than the target at {@link #lateSinceNanos} and ever since. */
    @GuardedBy("lock")
    private boolean late;

    @GuardedBy("lock")
    private long lateSinceNanos;

    @GuardedBy("lock")
    private boolean newestFirst;

    @GuardedBy("lock")
    private long admitted;

    @GuardedBy("lock")
    private long refused;

    @GuardedBy("lock")
    private long withdrawn;

    @GuardedBy("lock")
    private long waitedNanos;

    /**
     * A queue in front of {@code word}.
     *
     * @param entrance admits calls to the word
     * @param nanoTime elapsed nanoseconds; those of deadlines
     * @param maxWaiters how many may wait now
     */
    WaitQueue(AdmissionWord word, Entrance entrance, LongSupplier nanoTime, IntSupplier maxWaiters) {
        this.word = word;
        this.entrance = entrance;
        this.nanoTime = nanoTime;
        this.maxWaiters = maxWaiters;
    }

    /** Lets {@code waiter} wait, who may be settled at once. */
    void enter(Waiter waiter) {
        // Before the lock is taken: an error here would keep it for ever.
        Settled settled = new Settled();
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            waiter.sinceNanos = now;
            if (line.isEmpty()) {
                int admission = entrance.tryAcquireOrWait(waiter.group);
                if (admission == AdmissionWord.REFUSED_LIMIT) {
                    append(waiter);
                    handOverOwn(now, settled);
                    noteIfEmpty();
                } else {
                    settle(waiter, admission, now, settled);
                }
            } else {
                judge(now);
                if (line.size() < maxWaiters.getAsInt()) {
                    append(waiter);
                    handOverOwn(now, settled);
                } else if (newestFirst) {
                    refuse(unlink(Objects.requireNonNull(line.oldest()), now), RejectionReason.QUEUE, settled);
                    append(waiter);
                    handOverOwn(now, settled);
                } else {
                    refuse(waiter, RejectionReason.QUEUE, settled);
                }
            }
            waiter.hasWaited = !waiter.isSettled();
        } finally {
            lock.unlock();
            settled.tell();
        }
    }

    /** Something has changed: admits whom the word now admits. */
    void handOver() {
        if (lock.isHeldByCurrentThread()) {
            // A group has given something back to the call that is being admitted here, and will go on.
            return;
        }
        // Before the lock is taken: an error here would keep it for ever.
        Settled settled = new Settled();
        lock.lock();
        try {
            handOver(nanoTime.getAsLong(), settled);
        } finally {
            lock.unlock();
            settled.tell();
        }
    }

    /** The same, and drops all whose time has passed, wherever they stand. Due about every 100 ms. */
    void beat() {
        // Before the lock is taken: an error here would keep it for ever.
        Settled settled = new Settled();
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            for (Waiter waiter = line.oldest(); waiter != null; ) {
                Waiter next = waiter.inQueue.newer;
                if (waiter.isLate(now)) {
                    refuse(unlink(waiter, now), RejectionReason.QUEUE, settled);
                }
                waiter = next;
            }
            handOver(now, settled);
        } finally {
            lock.unlock();
            settled.tell();
        }
    }

    /** Refuses {@code waiter} if its time has passed; returns for how long it may still wait, at most 0 if no more. */
    long expire(Waiter waiter) {
        if (waiter.isSettled()) {
            return 0;
        }
        // Before the lock is taken: an error here would keep it for ever.
        Settled settled = new Settled();
        lock.lock();
        long left;
        try {
            long now = nanoTime.getAsLong();
            left = waiter.isSettled() ? 0 : waiter.deadlineNanos - now;
            if (left <= 0 && !waiter.isSettled()) {
                refuse(unlink(waiter, now), RejectionReason.QUEUE, settled);
                noteIfEmpty();
            }
        } finally {
            lock.unlock();
            settled.tell();
        }
        return left;
    }

    /** Takes {@code waiter} out, who does not want to wait any more; returns false if it was settled before. */
    @CanIgnoreReturnValue
    boolean withdraw(Waiter waiter) {
        if (waiter.isSettled()) {
            return false;
        }
        lock.lock();
        try {
            if (waiter.isSettled()) {
                return false;
            }
            unlink(waiter, nanoTime.getAsLong()).settle(ConcurrencyLimiter.REFUSED, null);
            withdrawn++;
            noteIfEmpty();
            return true;
        } finally {
            lock.unlock();
        }
    }

    WaitingStats stats() {
        lock.lock();
        try {
            return new WaitingStats(line.size(), admitted, refused, withdrawn, Duration.ofNanos(waitedNanos));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void handOver(long now, Settled settled) {
        judge(now);
        for (Waiter next; (next = first(line)) != null; ) {
            if (next.isLate(now)) {
                refuse(unlink(next, now), RejectionReason.QUEUE, settled);
                continue;
            }
            int admission = entrance.tryAcquireAsWaiter(next.group, line.size() == 1);
            if (admission == AdmissionWord.REFUSED_LIMIT) {
                handOverOwn(now, settled);
                break;
            }
            settle(next, admission, now, settled);
        }
        noteIfEmpty();
    }

    /** Places kept for some of those who wait. To be looked for after whoever waits can be seen to. */
    @GuardedBy("lock")
    private void handOverOwn(long now, Settled settled) {
        if (groups.isEmpty() || !entrance.hasOwn()) {
            return;
        }
        // Backwards: a line that becomes empty is replaced by the last one, which has had its turn.
        for (int i = groups.size() - 1; i >= 0; i--) {
            handOverOwn(groups.get(i), now, settled);
        }
    }

    @GuardedBy("lock")
    private void handOverOwn(WaitLine own, long now, Settled settled) {
        RouteGroup group = Objects.requireNonNull(own.group);
        for (Waiter next; (next = first(own)) != null; ) {
            if (next.isLate(now)) {
                refuse(unlink(next, now), RejectionReason.QUEUE, settled);
                continue;
            }
            int admission = entrance.tryAcquireOwn(group);
            if (admission == AdmissionWord.REFUSED_LIMIT) {
                return;
            }
            settle(next, admission, now, settled);
        }
    }

    @GuardedBy("lock")
    private @Nullable Waiter first(WaitLine of) {
        return newestFirst ? of.newest() : of.oldest();
    }

    /** To be called at every change of the oldest and before what depends on the order: so nothing is missed between. */
    @GuardedBy("lock")
    private void judge(long now) {
        Waiter oldest = line.oldest();
        if (oldest == null || now - oldest.sinceNanos <= TARGET_NANOS) {
            late = false;
            return;
        }
        if (!late) {
            late = true;
            lateSinceNanos = oldest.sinceNanos + TARGET_NANOS;
        }
        if (now - lateSinceNanos >= INTERVAL_NANOS) {
            newestFirst = true;
        }
    }

    @GuardedBy("lock")
    private void settle(Waiter waiter, int admission, long now, Settled settled) {
        if (admission < 0) {
            refuse(unlink(waiter, now), entrance.reason(admission), settled);
            return;
        }
        long ticket = ticket(waiter, admission);
        unlink(waiter, now).settle(ticket, null);
        admitted++;
        waitedNanos += now - waiter.sinceNanos;
        settled.add(waiter);
    }

    /** To be had before the waiter leaves the queue: what fails here leaves it where it is, and the place to others. */
    @GuardedBy("lock")
    private long ticket(Waiter waiter, int admission) {
        try {
            return entrance.ticket(admission, waiter.group);
        } catch (Throwable e) {
            if (!line.isEmpty()) {
                // The last one's admission has cleared the bit.
                word.noteWaiters();
            }
            entrance.giveBack(admission, waiter.group);
            throw e;
        }
    }

    @GuardedBy("lock")
    private void refuse(Waiter waiter, RejectionReason reason, Settled settled) {
        waiter.settle(ConcurrencyLimiter.REFUSED, reason);
        refused++;
        settled.add(waiter);
    }

    @GuardedBy("lock")
    private void append(Waiter waiter) {
        WaitLine own = waiter.group == null ? null : waiter.group.waiting();
        if (own != null) {
            if (own.isEmpty()) {
                // First of all that is changed: for want of memory it may fail.
                own.place = groups.size();
                groups.add(own);
            }
            own.append(waiter);
        }
        line.append(waiter);
    }

    /** Takes it out, if it is in; returns it. */
    @GuardedBy("lock")
    private Waiter unlink(Waiter waiter, long now) {
        boolean wasOldest = line.oldest() == waiter;
        if (!line.unlink(waiter)) {
            return waiter;
        }
        WaitLine own = waiter.group == null ? null : waiter.group.waiting();
        if (own != null) {
            own.unlink(waiter);
            if (own.isEmpty()) {
                WaitLine last = groups.remove(groups.size() - 1);
                if (last != own) {
                    last.place = own.place;
                    groups.set(own.place, last);
                }
            }
        }
        if (wasOldest) {
            judge(now);
        }
        return waiter;
    }

    @GuardedBy("lock")
    private void noteIfEmpty() {
        if (line.isEmpty()) {
            newestFirst = false;
            word.clearWaiters();
        }
    }

    /** Where those who wait want to pass. Results are those of {@link AdmissionWord#tryAcquire} or {@link RouteGroup}'s. */
    interface Entrance {
        /** Admits a call of {@code group}, or of none, or notes that somebody waits for want of room. */
        int tryAcquireOrWait(@Nullable RouteGroup group);

        /** Admits the call whose turn it is, maybe the last that waits. */
        int tryAcquireAsWaiter(@Nullable RouteGroup group, boolean last);

        /** Admits a call, whosever turn it is, on a place that is kept for {@code group}. */
        int tryAcquireOwn(RouteGroup group);

        /** Whether any group has such a place. */
        boolean hasOwn();

        /** The ticket of a call of {@code group} that was admitted so. */
        long ticket(int admission, @Nullable RouteGroup group);

        /** Takes back what such a call was admitted to, for want of a ticket. */
        void giveBack(int admission, @Nullable RouteGroup group);

        /** Why a call was refused so. */
        RejectionReason reason(int refusal);
    }

    /** Those who were settled and must be told, in that order. Not thread-safe. */
    private final class Settled {
        private @Nullable Waiter first;
        private @Nullable Waiter last;

        void add(Waiter waiter) {
            if (last == null) {
                first = waiter;
            } else {
                last.inQueue.newer = waiter;
            }
            last = waiter;
        }

        void tell() {
            Waiter waiter = first;
            while (waiter != null) {
                Waiter next = waiter.inQueue.newer;
                waiter.inQueue.newer = null;
                try {
                    waiter.tell();
                } catch (Throwable e) {
                    // The others must hear of their turn all the same.
                    if (failureLogged.compareAndSet(false, true)) {
                        LOG.warn("A waiting call could not be told that its turn has come; this is logged once", e);
                    }
                }
                waiter = next;
            }
        }
    }
}
