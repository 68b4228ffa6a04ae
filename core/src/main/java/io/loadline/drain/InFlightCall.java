/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import io.loadline.limit.Route;
import org.jspecify.annotations.Nullable;

/** A call that {@link InFlightCalls} knows of. Thread-safe. */
public final class InFlightCall {
    final Route route;
    final long ticket;
    private final InFlightCalls calls;
    private final @Nullable Thread thread;

    /** Where it is kept, -1 if nowhere. Written before it is kept, by the thread that begins it. */
    int slot = -1;

    /** Written by whoever hands over, read by the report; one that is seen late shows the first thread. */
    private volatile boolean handedOver;

    InFlightCall(InFlightCalls calls, Route route, long ticket, @Nullable Thread thread) {
        this.calls = calls;
        this.route = route;
        this.ticket = ticket;
        this.thread = thread;
    }

    /** Tells that the thread that began this call has left it to others, which are not known. */
    public void handOver() {
        handedOver = true;
    }

    /** Forgets this call; does nothing the second time, and never throws. Any thread may do so. */
    public void end() {
        calls.end(this);
    }

    @Nullable
    String threadName() {
        return thread == null || handedOver ? null : thread.getName();
    }
}
