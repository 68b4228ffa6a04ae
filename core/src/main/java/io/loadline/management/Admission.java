/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.InFlightCall;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.RequestTiming;
import io.loadline.limit.Route;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What one exchange holds: its ticket and its places in the reports. Thread-safe after {@link #begin}. */
final class Admission {
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final Route route;

    /** Whoever swaps it to REFUSED gives it back. */
    private final AtomicLong ticket = new AtomicLong(ConcurrencyLimiter.REFUSED);

    /** Written when the response begins, read at its end: how long a stream lasts is no latency. */
    private volatile boolean stream;

    /** Written before the ticket is given back, read by whoever puts another one in its place. */
    private volatile boolean over;

    private @Nullable InFlightCall call;
    private @Nullable RequestTiming timing;

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
    void acquire(CallContext context, Duration atMost) {
        if (atMost.isZero()) {
            ticket.setPlain(limiter.acquireTicket(route, context));
            return;
        }
        try {
            ticket.setPlain(limiter.acquire(route, context, atMost).toTicket());
        } catch (InterruptedException e) {
            // Somebody wants the thread to come to its end.
            Thread.currentThread().interrupt();
            throw RejectedException.of(RejectionReason.QUEUE);
        }
    }

    /**
     * After {@link #acquire}, or without it for what passes untouched; inside the block that ends with {@link #end}. Returns
     * {@code context} with what takes down how long the exchange waits for others, for whoever serves it.
     */
    CallContext begin(CallContext context) {
        long admitted = ticket.getPlain();
        if (admitted == ConcurrencyLimiter.REFUSED) {
            return context;
        }
        call = drain.inFlightCalls().begin(route, admitted);
        RequestTiming begun = limiter.beginTiming();
        timing = begun;
        return context.timing(begun);
    }

    /**
     * The exchange will last: it gives its ticket back and is told to go when a drain begins. False if there are too many
     * such.
     */
    boolean longLived(Runnable farewell) {
        if (longLived == null) {
            Registration opened = drain.longLived().openIfRoom(route.name(), farewell);
            if (opened == null) {
                return false;
            }
            longLived = opened;
            release(Outcome.IGNORED);
        }
        return true;
    }

    /** {@link #stream} of what is refused where there are too many. */
    boolean streamOrRefuse() {
        return limiter.streams().countRefusable(route, stream());
    }

    /** The response is a stream that nobody is told to end; false where there are too many: it stays a call. */
    @CanIgnoreReturnValue
    boolean stream() {
        stream = true;
        long held = ticket.getAndSet(ConcurrencyLimiter.REFUSED);
        boolean allowed = true;
        if (held != ConcurrencyLimiter.REFUSED) {
            long streaming = limiter.stream(held, route);
            allowed = streaming != ConcurrencyLimiter.REFUSED;
            ticket.set(allowed ? streaming : held);
            if (over) {
                release(Outcome.IGNORED);
            }
        }
        return allowed;
    }

    void end(Outcome outcome) {
        try {
            Registration registration = longLived;
            if (registration != null) {
                registration.close();
            }
        } finally {
            release(stream ? Outcome.IGNORED : outcome);
        }
    }

    private void release(Outcome outcome) {
        over = true;
        long held = ticket.getAndSet(ConcurrencyLimiter.REFUSED);
        if (held != ConcurrencyLimiter.REFUSED) {
            if (call != null) {
                call.end();
            }
            limiter.release(held, route, outcome, timing);
        }
    }
}
