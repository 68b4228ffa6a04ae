/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import io.loadline.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The way in: what a call is asked for, in which order, and what is counted of those that are refused. Thread-safe. */
final class Admittance implements WaitQueue.Entrance {
    /*
     * Order: is anything taken at all; is it not too late for the call; its route's own cap and share; what the call matters
     * beside others; the limit; waiting, see Waiting. A share comes before the threshold: what a route is guaranteed is
     * nobody else's, however much these matter. A call of which nothing is known but its route, in a limiter that was never
     * told of criticality, is asked for the limit alone.
     */

    /** Who changes settings may himself be waited for, by what he calls. */
    private static final int MOST_TRIES = 100;

    private final Ticker ticker;
    private final long originNanos;
    private final AdmissionWord word;
    private final RouteGroups groups;
    private final PriorityThreshold priorities;
    private final StripedStats stats;
    private final WhenIdle whenIdle;

    /** Null if nobody listens. */
    private final @Nullable AdmissionListener listener;

    /** What was asked for; caps mean something from the first call on. Written by whoever configures. */
    private volatile Enforcement enforcement;

    /** {@link #enforcement}, but OFF until the algorithm is warm. Written by setter and beat, read by every acquire. */
    private volatile Enforcement effective;

    /** Nanoseconds since the origin at the last beat. Written by the beat, read by untimed acquires; 100 ms stale. */
    private volatile long beatNanos;

    /** One of this + 1 calls is timed. Written by the beat, read by every acquire; staleness costs only precision. */
    private volatile int sampleMask;

    /** Odd while settings change. Written under the limiter's lock, read by every acquire. */
    private volatile int changes;

    Admittance(
            Ticker ticker,
            AdmissionWord word,
            RouteGroups groups,
            StripedStats stats,
            WhenIdle whenIdle,
            @Nullable AdmissionListener listener,
            Enforcement enforcement,
            boolean warm) {
        this.ticker = ticker;
        this.originNanos = ticker.read();
        this.word = word;
        this.groups = groups;
        this.priorities = new PriorityThreshold(word, originNanos);
        this.stats = stats;
        this.whenIdle = whenIdle;
        this.listener = listener;
        this.enforcement = enforcement;
        this.effective = warm ? enforcement : Enforcement.OFF;
    }

    PriorityThreshold priorities() {
        return priorities;
    }

    /** Nanoseconds since the limiter was built. */
    long now() {
        return ticker.read() - originNanos;
    }

    RequestTiming beginTiming() {
        return RequestTiming.begin(ticker.read());
    }

    /** How long a request has waited for others until {@code now}, at most {@code most}; readings of timings are the ticker's. */
    long waitedNanos(RequestTiming timing, long now, long most) {
        try {
            return Math.max(0, Math.min(most, timing.waitedNanos(now + originNanos)));
        } catch (RuntimeException notOurs) {
            // Somebody's own must not keep a call from being counted.
            return 0;
        }
    }

    static boolean hasDownstreamFailed(@Nullable RequestTiming timing) {
        try {
            return timing != null && timing.hasDownstreamFailed();
        } catch (RuntimeException notOurs) {
            return false;
        }
    }

    Enforcement enforcement() {
        return enforcement;
    }

    /** {@link #enforcement()} as it is applied now. */
    Enforcement effective() {
        return effective;
    }

    /** While the algorithm warms up nothing would be refused, so shadow mode must not say that it would. */
    void enforcement(Enforcement changed, boolean warm) {
        enforcement = changed;
        effective = warm ? changed : Enforcement.OFF;
    }

    /** Until {@link #endChange} nobody is refused: what refuses him may be the limit of one setting and the mode of another. */
    void beginChange() {
        changes = (changes + 1) | 1;
    }

    void endChange() {
        changes = (changes | 1) + 1;
    }

    void beat(long nowNanos, int mask) {
        beatNanos = nowNanos;
        sampleMask = mask;
    }

    /**
     * A ticket or a refusal.
     *
     * @param waits whether the call will wait where the limit is reached, and be counted by {@link #refuseWaiter} if that
     *     is in vain
     */
    long admit(Route route, CallContext context, boolean waits) {
        // Before the word: the less there is between taking its cache line and giving it away, the better.
        boolean timed = stats.isSampled(sampleMask);
        long startNanos = timed ? now() : beatNanos;
        for (int tries = 1; ; tries++) {
            int before = changes;
            RouteGroup group = route.group();
            int admitted = context != CallContext.NONE || priorities.inUse()
                    ? tryAcquireJudged(route, group, context, waits)
                    : tryAcquire(group, effective);
            if (admitted >= 0) {
                countRepeated(route, context);
                return Ticket.of(admitted, group != null, timed, startNanos);
            }
            if (((before & 1) == 0 && before == changes) || tries == MOST_TRIES) {
                RejectionReason reason = reason(admitted);
                if (reason == RejectionReason.LIMIT || reason == RejectionReason.PRIORITY) {
                    countRepeated(route, context);
                }
                if (!waits || reason != RejectionReason.LIMIT) {
                    count(route, reason);
                    if (listener != null) {
                        listener.refused(route, reason);
                    }
                }
                return Ticket.refusal(reason);
            }
            Thread.yield();
        }
    }

    private int tryAcquire(@Nullable RouteGroup group, Enforcement mode) {
        return group == null ? word.tryAcquire(mode) : group.tryAcquire(mode, enforcement);
    }

    private int tryAcquireJudged(Route route, @Nullable RouteGroup group, CallContext context, boolean waits) {
        Enforcement mode = effective;
        int judged = priorities.judgeTime(route, context, mode);
        if (judged != PriorityThreshold.PASSED) {
            return judged;
        }
        if (group != null) {
            int own = group.tryAcquireOwn(enforcement);
            if (own != RouteGroup.COMMON) {
                priorities.countOwn(route, context, own);
                return own;
            }
        }
        ArrivalCounts counted = priorities.counting(route, context);
        int admitted = priorities.judge(counted, route, context, mode, waits);
        if (admitted == PriorityThreshold.PASSED) {
            admitted = tryAcquire(group, mode);
        } else if (admitted == PriorityThreshold.BEYOND) {
            admitted = word.tryAcquireOutside();
        }
        if (!waits || admitted != AdmissionWord.REFUSED_LIMIT) {
            priorities.count(counted, route, context, admitted);
        }
        return admitted;
    }

    /** Who is told what becomes of a call that this thread leaves to wait; null if nobody listens. */
    @Nullable
    AdmissionListener listenerOfWaiting() {
        return listener == null ? null : listener.ofWaiting();
    }

    /** Tells of the wait of a call by this thread, which ends now. Throws nothing. */
    void waited(Waiter waiter) {
        waited(waiter, listener);
    }

    /** The same of a call that waited without a thread. */
    void waited(Waiter waiter, @Nullable AdmissionListener told) {
        if (told != null && waiter.hasWaited) {
            try {
                told.waited(waiter.route(), Duration.ofNanos(Math.max(0, now() - waiter.sinceNanos)));
            } catch (Throwable e) {
                // Such as want of memory, before a listener is called. A ticket that it may have got must reach the
                // waiter.
            }
        }
    }

    /** Counts the refusal of a call that has waited, or would have; returns what to tell the caller. */
    RejectedException refuseWaiter(Route route, CallContext context, RejectionReason reason) {
        return refuseWaiter(route, context, reason, listener);
    }

    /** The same of a call that waited without a thread. */
    RejectedException refuseWaiter(
            Route route, CallContext context, RejectionReason reason, @Nullable AdmissionListener told) {
        if (reason == RejectionReason.LIMIT || reason == RejectionReason.QUEUE) {
            priorities.count(priorities.counting(route, context), route, context, AdmissionWord.REFUSED_LIMIT);
        }
        count(route, reason);
        if (told != null) {
            told.refused(route, reason);
        }
        return RejectedException.of(reason);
    }

    /** When it comes, since a call that waits is not refused yet. */
    private void countRepeated(Route route, CallContext context) {
        if (context != CallContext.NONE && context.attempt() > 1) {
            stats.count(route.index, StripedStats.REPEATED);
        }
    }

    private void count(Route route, RejectionReason reason) {
        switch (reason) {
            case DRAINING -> {
                stats.count(route.index, StripedStats.REFUSED);
                // A group may have taken the last place for a moment, and given it back when it could not have it.
                whenIdle.tell();
            }
            case ROUTE_CAP -> stats.count(route.index, StripedStats.CAPPED);
            case LIMIT, QUEUE, PRIORITY -> stats.count(route.index, StripedStats.SHED);
            // No demand: more capacity would not serve it.
            case DEADLINE -> stats.count(route.index, StripedStats.EXPIRED);
            case QUOTA -> {
                // Quotas are not asked here.
            }
        }
    }

    @Override
    public int tryAcquireOrWait(@Nullable RouteGroup group) {
        return group == null ? word.tryAcquireOrWait(effective) : group.tryAcquireOrWait(effective, enforcement);
    }

    @Override
    public int tryAcquireAsWaiter(@Nullable RouteGroup group, boolean last) {
        return group == null
                ? word.tryAcquireAsWaiter(effective, last)
                : group.tryAcquireAsWaiter(effective, enforcement, last);
    }

    @Override
    public int tryAcquireOwn(RouteGroup group) {
        int own = group.tryAcquireOwn(enforcement);
        return own == RouteGroup.COMMON ? AdmissionWord.REFUSED_LIMIT : own;
    }

    @Override
    public boolean hasOwn() {
        return groups.idle() > 0;
    }

    @Override
    public long ticket(int admitted, @Nullable RouteGroup group) {
        boolean timed = stats.isSampled(sampleMask);
        return Ticket.of(admitted, group != null, timed, timed ? now() : beatNanos);
    }

    @Override
    public void giveBack(int admitted, @Nullable RouteGroup group) {
        long ticket = Ticket.of(admitted, group != null, false, 0);
        int released =
                group != null && Ticket.isGrouped(ticket) ? group.release() : word.release(Ticket.isOutside(ticket));
        if (released == AdmissionWord.RELEASED_LAST) {
            whenIdle.tell();
        }
    }

    @Override
    public RejectionReason reason(int refused) {
        return switch (refused) {
            case AdmissionWord.REFUSED_CLOSED -> RejectionReason.DRAINING;
            case RouteGroup.REFUSED_CAP -> RejectionReason.ROUTE_CAP;
            case PriorityThreshold.REFUSED_PRIORITY -> RejectionReason.PRIORITY;
            case PriorityThreshold.REFUSED_DEADLINE -> RejectionReason.DEADLINE;
            default -> RejectionReason.LIMIT;
        };
    }
}
