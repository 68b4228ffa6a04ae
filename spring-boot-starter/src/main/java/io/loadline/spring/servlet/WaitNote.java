/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.internal.LogContext;
import io.loadline.limit.AdmissionListener;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Writes down in the logger's context for how long the request that a thread serves has waited. Thread-safe. */
final class WaitNote implements AdmissionListener {
    /** The key, whose value is in milliseconds. */
    static final String MDC_KEY = "loadline.waited_ms";

    /** Set while a thread acquires for a request: other waits are not of it, and nobody would take them back. */
    private final ThreadLocal<@Nullable Wait> acquiring = new ThreadLocal<>();

    /** The wait of a request for {@code atMost} so long. */
    Wait atMost(Duration atMost) {
        return new Wait(atMost);
    }

    @Override
    public void waited(Route route, Duration wait) {
        Wait of = acquiring.get();
        if (of != null) {
            of.note(wait);
        }
    }

    @Override
    public void refused(Route route, RejectionReason reason) {}

    /** One request, which may wait and mostly does not. Not thread-safe. */
    final class Wait {
        private final Duration atMost;
        private boolean noted;
        private @Nullable String before;

        private Wait(Duration atMost) {
            this.atMost = atMost;
        }

        /** A ticket; {@link #forget()} is due at its end. */
        long acquire(ConcurrencyLimiter limiter, Route route, CallContext context) throws InterruptedException {
            boolean admitted = false;
            acquiring.set(this);
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

        /** Throws nothing. */
        void forget() {
            if (noted) {
                noted = false;
                LogContext.put(MDC_KEY, before);
            }
        }

        private void note(Duration wait) {
            before = LogContext.put(MDC_KEY, Long.toString(wait.toMillis()));
            noted = true;
        }
    }
}
