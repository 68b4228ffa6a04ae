/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.limit.AdmissionListener;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import java.time.Duration;
import org.slf4j.MDC;

/** Writes down in the logger's context for how long the request that a thread serves has waited. Thread-safe. */
final class WaitNote implements AdmissionListener {
    /** The key, whose value is in milliseconds. */
    static final String MDC_KEY = "loadline.waited_ms";

    /** Set while a thread acquires for a request: other waits are not of it, and nobody would take them back. */
    private final ThreadLocal<Boolean> acquiring = new ThreadLocal<>();

    /** A ticket for a request that may wait; {@link #forget()} is due at its end. */
    long acquire(ConcurrencyLimiter limiter, Route route, CallContext context, Duration atMost)
            throws InterruptedException {
        boolean admitted = false;
        acquiring.set(true);
        try {
            long ticket = limiter.acquire(route, context, atMost).toTicket();
            admitted = true;
            return ticket;
        } finally {
            acquiring.remove();
            if (!admitted) {
                forget();
            }
        }
    }

    void forget() {
        MDC.remove(MDC_KEY);
    }

    @Override
    public void waited(Route route, Duration wait) {
        if (acquiring.get() != null) {
            MDC.put(MDC_KEY, Long.toString(wait.toMillis()));
        }
    }

    @Override
    public void refused(Route route, RejectionReason reason) {}
}
