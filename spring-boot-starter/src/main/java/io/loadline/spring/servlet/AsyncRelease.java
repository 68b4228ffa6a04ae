/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Route;
import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Ends an asynchronous request when the container says it is complete. Thread-safe; ends it once. */
final class AsyncRelease implements AsyncListener {
    /*
     * Time-out and error are not the end: the application may still answer, and the container calls onComplete after
     * either. The swap makes a second end impossible, whatever the container does.
     */
    private static final VarHandle TICKET;

    static {
        try {
            TICKET = MethodHandles.lookup().findVarHandle(AsyncRelease.class, "ticket", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ConcurrencyLimiter limiter;
    private final Route route;
    private final LimitedResponse response;

    /** Whoever swaps it to REFUSED ends the request. */
    @SuppressWarnings("unused")
    private volatile long ticket;

    /** Written by a container thread before it calls onComplete, by the same thread or ordered by the container. */
    private volatile boolean timedOut;

    /** As {@link #timedOut}. */
    private volatile @Nullable Throwable failure;

    AsyncRelease(ConcurrencyLimiter limiter, Route route, long ticket, LimitedResponse response) {
        this.limiter = limiter;
        this.route = route;
        this.ticket = ticket;
        this.response = response;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        long held = (long) TICKET.getAndSet(this, ConcurrencyLimiter.REFUSED);
        if (held == ConcurrencyLimiter.REFUSED) {
            return;
        }
        Outcome outcome = Outcome.IGNORED;
        try {
            outcome = outcome();
        } finally {
            limiter.release(held, route, outcome);
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        timedOut = true;
    }

    @Override
    public void onError(AsyncEvent event) {
        failure = event.getThrowable();
    }

    /** A new asynchronous cycle of the same request: the container has dropped all listeners. */
    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    private Outcome outcome() {
        if (Outcomes.isStream(response.getContentType())) {
            return Outcome.IGNORED;
        }
        Outcome outcome = AdmissionFilter.outcome(limiter, response, failure);
        if (!timedOut) {
            return outcome;
        }
        // A long poll that answers at its time-out is well, but how long it took says nothing about load.
        return response.getStatus() >= 500 ? Outcome.DROPPED : Outcome.IGNORED;
    }
}
