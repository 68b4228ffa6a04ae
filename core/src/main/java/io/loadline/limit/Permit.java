/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right to run one call. Ends exactly once, by the first of {@link #success()}, {@link #ignore()}, {@link #drop()}
 * or {@link #close()}; what comes later does nothing and returns false. Thread-safe.
 *
 * <pre>{@code
 * try (Permit permit = limiter.tryAcquire()) {
 *   if (permit == null) return tooBusy();
 *   Response response = serve(request);
 *   permit.success();
 *   return response;
 * }
 * }</pre>
 */
public final class Permit implements AutoCloseable {
    private static final VarHandle TICKET;

    static {
        try {
            TICKET = MethodHandles.lookup().findVarHandle(Permit.class, "ticket", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DefaultConcurrencyLimiter limiter;
    private final Route route;

    /**
     * Whoever swaps it to 0 ends the permit; kept in the permit so that it is one object of 32 bytes. Not volatile,
     * since its first write would be a full fence: a permit is handed on like any object, and ended by compare-and-set.
     */
    @SuppressWarnings("UnusedVariable")
    private long ticket;

    Permit(DefaultConcurrencyLimiter limiter, Route route, long ticket) {
        this.limiter = limiter;
        this.route = route;
        this.ticket = ticket;
    }

    /** Ends the permit with {@link Outcome#SUCCESS}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean success() {
        return end(Outcome.SUCCESS);
    }

    /** Ends the permit with {@link Outcome#IGNORED}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean ignore() {
        return end(Outcome.IGNORED);
    }

    /** Ends the permit with {@link Outcome#DROPPED}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean drop() {
        return end(Outcome.DROPPED);
    }

    /** Ends the permit with {@code outcome}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean end(Outcome outcome) {
        return end(outcome, null);
    }

    /** {@link #end(Outcome)} of a call whose waiting for others was taken down. */
    @CanIgnoreReturnValue
    boolean end(Outcome outcome, @Nullable RequestTiming timing) {
        Objects.requireNonNull(outcome, "outcome");
        long held = (long) TICKET.getOpaque(this);
        while (held != ConcurrencyLimiter.REFUSED) {
            long found = (long) TICKET.compareAndExchange(this, held, ConcurrencyLimiter.REFUSED);
            if (found == held) {
                limiter.release(held, route, outcome, timing);
                return true;
            }
            // Somebody has ended it, or has just made it a stream, which is to be ended then.
            held = found;
        }
        return false;
    }

    /**
     * Tells that the call has turned into a stream, which lasts until the permit ends: it takes no place in the limit and
     * its duration is no latency, but a drain waits for it. Returns false if there are as many streams as there may be, or
     * the permit has ended; then nothing has changed. Whoever refuses it then, instead of going on with the call, says so
     * by {@link Streams#countRefusable}.
     */
    public boolean stream() {
        long held = (long) TICKET.getOpaque(this);
        if (held == ConcurrencyLimiter.REFUSED || Ticket.isStream(held)) {
            return held != ConcurrencyLimiter.REFUSED;
        }
        if (!limiter.beginStream()) {
            return false;
        }
        long found = (long) TICKET.compareAndExchange(this, held, Ticket.asStream(held));
        if (found != held) {
            limiter.endStream();
            // Another thread has made it a stream, or ended it.
            return found != ConcurrencyLimiter.REFUSED;
        }
        limiter.release(held, route, Outcome.IGNORED);
        return true;
    }

    /** Ends the permit with {@link Outcome#IGNORED} if nothing has ended it before. */
    @Override
    public void close() {
        end(Outcome.IGNORED);
    }

    /**
     * Ends this object but not the call: the ticket must be given back to {@link ConcurrencyLimiter#release}. For
     * adapters that waited for a permit and keep tickets; {@link ConcurrencyLimiter#REFUSED} if it has ended before.
     */
    public long toTicket() {
        return (long) TICKET.getAndSet(this, ConcurrencyLimiter.REFUSED);
    }

    /** The route the permit was acquired for. */
    public Route route() {
        return route;
    }
}
