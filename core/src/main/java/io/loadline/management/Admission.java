/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.InFlightCall;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What one exchange holds: its ticket and its places in the reports. Thread-safe after {@link #begin}. */
final class Admission {
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final Route route;
    private final AtomicBoolean released = new AtomicBoolean();
    private long ticket = ConcurrencyLimiter.REFUSED;
    private @Nullable InFlightCall call;

    /** Written by the handler, read by the filter after it. */
    private volatile @Nullable Registration longLived;

    /** Made before a ticket is taken: nothing may fail between the ticket and the block that gives it back. */
    Admission(ConcurrencyLimiter limiter, DrainCoordinator drain, Route route) {
        this.limiter = limiter;
        this.drain = drain;
        this.route = route;
    }

    /**
     * Takes a ticket, and waits for that if it may.
     *
     * @throws RejectedException if the exchange is refused
     */
    void acquire(Duration atMost) {
        if (atMost.isZero()) {
            ticket = limiter.tryAcquireTicket(route);
            if (ticket == ConcurrencyLimiter.REFUSED) {
                throw RejectedException.of(limiter.rejectionReason());
            }
            return;
        }
        try {
            ticket = limiter.acquire(route, atMost).toTicket();
        } catch (InterruptedException e) {
            // Somebody wants the thread to come to its end.
            Thread.currentThread().interrupt();
            throw RejectedException.of(RejectionReason.QUEUE);
        }
    }

    /** After {@link #acquire}, or without it for what passes untouched; inside the block that ends with {@link #end}. */
    void begin() {
        if (ticket != ConcurrencyLimiter.REFUSED) {
            call = drain.inFlightCalls().begin(route, ticket);
        }
    }

    /** The exchange will last: it gives its ticket back and is told to go when a drain begins. */
    void longLived(Runnable farewell) {
        if (longLived == null) {
            longLived = drain.longLived().open(route.name(), farewell);
            release(Outcome.IGNORED);
        }
    }

    void end(Outcome outcome) {
        try {
            Registration registration = longLived;
            if (registration != null) {
                registration.close();
            }
        } finally {
            release(outcome);
        }
    }

    private void release(Outcome outcome) {
        if (ticket != ConcurrencyLimiter.REFUSED && released.compareAndSet(false, true)) {
            if (call != null) {
                call.end();
            }
            limiter.release(ticket, route, outcome);
        }
    }
}
