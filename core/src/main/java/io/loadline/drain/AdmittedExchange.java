/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.RequestTiming;
import io.loadline.limit.Route;
import io.loadline.time.Registration;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that was admitted and is not bound to a thread: it ends once, and may outlive its admission. Thread-safe. For
 * adapters of asynchronous servers.
 */
public final class AdmittedExchange {
    /*
     * The ends race with each other, a time-out with an answer, a client that goes with the end of the response: the swap
     * of the ticket makes one of them the end.
     *
     * An exchange that turns out to be long-lived, maybe with its first bytes, gives its ticket back then: it is no load
     * while it waits, and a drain would wait for it. What remains of it is the registration, which goes with the exchange.
     */
    private static final Registration ENDED = () -> {};
    private static final VarHandle TICKET;
    private static final VarHandle LONG_LIVED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TICKET = lookup.findVarHandle(AdmittedExchange.class, "ticket", long.class);
            LONG_LIVED = lookup.findVarHandle(AdmittedExchange.class, "longLived", Registration.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ConcurrencyLimiter limiter;
    private final LongLivedExchanges exchanges;
    private final Route route;
    private final InFlightCall call;
    private final @Nullable RequestTiming timing;

    /** Whoever swaps it to REFUSED gives it back. */
    @SuppressWarnings("unused")
    private volatile long ticket;

    /** Whether its duration says nothing about load, wherever it is counted. Written by who finds out, read at the end. */
    private volatile boolean endless;

    /** Set by whoever finds out that the exchange is long-lived, swapped to ENDED by its end. */
    private volatile @Nullable Registration longLived;

    /**
     * The ticket and the note of the call are this one's to give back from now on.
     *
     * @param timing what takes down how long the request waits for others; null if nobody does
     */
    public AdmittedExchange(
            ConcurrencyLimiter limiter,
            DrainCoordinator drain,
            Route route,
            long ticket,
            InFlightCall call,
            @Nullable RequestTiming timing) {
        this.limiter = limiter;
        this.exchanges = drain.longLived();
        this.route = route;
        this.ticket = ticket;
        this.call = call;
        this.timing = timing;
    }

    /**
     * From here on the exchange is long-lived, and {@code farewell} ends it when a drain begins. Returns false if there are
     * as many streams as there may be: it is a call until its end.
     */
    public boolean outlive(Runnable farewell) {
        return longLived != null || outlive(exchanges.openIfRoom(route.name(), farewell));
    }

    /** The same for one that is to be refused then, if it still can be, which is counted. */
    public boolean outliveOrRefuse(Runnable farewell) {
        return limiter.streams().countRefusable(route, outlive(farewell));
    }

    /** The same for one that is counted as a stream already: {@link io.loadline.limit.Streams#tryBegin}. */
    public void outliveBegun(Runnable farewell) {
        boolean unused = outlive(exchanges.open(route.name(), farewell));
        limiter.streams().end();
    }

    private boolean outlive(@Nullable Registration opened) {
        if (opened == null) {
            endless = true;
            return false;
        }
        if (LONG_LIVED.compareAndSet(this, null, opened)) {
            giveBack(Outcome.IGNORED);
        } else {
            opened.close();
        }
        return true;
    }

    /** From here on the exchange is a stream, which ends by itself; false as for {@link #outlive}. */
    public boolean stream() {
        endless = true;
        long held = (long) TICKET.getAndSet(this, ConcurrencyLimiter.REFUSED);
        if (held == ConcurrencyLimiter.REFUSED) {
            return true;
        }
        long stream = limiter.stream(held, route);
        ticket = stream == ConcurrencyLimiter.REFUSED ? held : stream;
        if (longLived != null) {
            // It has ended, or become long-lived, while its ticket was being changed.
            giveBack(Outcome.IGNORED);
        }
        return stream != ConcurrencyLimiter.REFUSED;
    }

    /**
     * Begins a long-lived exchange that goes on whenever this one ends, such as a WebSocket; the caller closes it. Null as
     * {@link #outliveOrRefuse} is false.
     */
    public @Nullable Registration detach(Runnable farewell) {
        Registration opened = exchanges.tryOpen(route.name(), farewell);
        if (opened != null) {
            giveBack(Outcome.IGNORED);
        }
        return opened;
    }

    /** The exchange has ended. */
    public void end(Outcome outcome) {
        Registration opened = (Registration) LONG_LIVED.getAndSet(this, ENDED);
        if (opened != null) {
            opened.close();
        }
        giveBack(endless ? Outcome.IGNORED : outcome);
    }

    private void giveBack(Outcome outcome) {
        long held = (long) TICKET.getAndSet(this, ConcurrencyLimiter.REFUSED);
        if (held != ConcurrencyLimiter.REFUSED) {
            call.end();
            limiter.release(held, route, outcome, timing);
        }
    }
}
