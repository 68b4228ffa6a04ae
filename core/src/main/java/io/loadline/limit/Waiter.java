/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import org.jspecify.annotations.Nullable;

/** Somebody who waits. What is not final is its {@link WaitQueue}'s until {@link #isSettled()}, and nobody's to change then. */
abstract class Waiter {
    final Links inQueue = new Links();
    final Links inGroup = new Links();

    /** The route's when it began to wait: what is acquired in one place must not be released in another. */
    final @Nullable RouteGroup group;

    final long deadlineNanos;
    long sinceNanos;

    /** Whether it was left in the queue: others are settled at once. */
    boolean hasWaited;

    private final Route route;
    private long ticket = ConcurrencyLimiter.REFUSED;
    private @Nullable RejectionReason refusal;

    /** Written last under the queue's lock, read by the waiter without. */
    private volatile boolean isSettled;

    /** A call of {@code route} that is not to be admitted at {@code deadlineNanos} or later. */
    Waiter(Route route, long deadlineNanos) {
        this.route = route;
        this.group = route.group();
        this.deadlineNanos = deadlineNanos;
    }

    /** It is settled, by somebody else than itself. Called once, outside the lock; must be quick and not throw. */
    abstract void tell();

    final Route route() {
        return route;
    }

    final boolean isSettled() {
        return isSettled;
    }

    /** {@link ConcurrencyLimiter#REFUSED} if refused or withdrawn. */
    final long ticket() {
        return ticket;
    }

    /** Null if admitted or withdrawn. */
    final @Nullable RejectionReason refusal() {
        return refusal;
    }

    final boolean isLate(long now) {
        return now - deadlineNanos >= 0;
    }

    /** Settles it: admitted with a ticket, refused for a reason, or withdrawn without either. */
    final void settle(long admittedWith, @Nullable RejectionReason refusedFor) {
        ticket = admittedWith;
        refusal = refusedFor;
        isSettled = true;
    }

    /** Its neighbours in one line. Not thread-safe; guarded by the queue's lock. */
    static final class Links {
        @Nullable
        Waiter older;

        @Nullable
        Waiter newer;
    }
}
