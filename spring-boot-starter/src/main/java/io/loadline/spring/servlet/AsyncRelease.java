/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.drain.AdmittedExchange;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.jspecify.annotations.Nullable;

/** Ends an asynchronous request when the container says it is complete. Thread-safe. */
final class AsyncRelease implements AsyncListener {
    /*
     * Time-out and error are not the end: the application may still answer, and the container calls onComplete after
     * either.
     */
    private final ConcurrencyLimiter limiter;
    private final AdmittedExchange admission;
    private final LimitedResponse response;

    /** Written by a container thread before it calls onComplete, by the same thread or ordered by the container. */
    private volatile boolean timedOut;

    /** As {@link #timedOut}. */
    private volatile @Nullable Throwable failure;

    AsyncRelease(ConcurrencyLimiter limiter, AdmittedExchange admission, LimitedResponse response) {
        this.limiter = limiter;
        this.admission = admission;
        this.response = response;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        Outcome outcome = Outcome.IGNORED;
        try {
            outcome = outcome();
        } finally {
            admission.end(outcome);
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
