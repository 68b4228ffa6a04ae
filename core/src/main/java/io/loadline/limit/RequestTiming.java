/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * How long one request has waited for others: for the answer of a dependency, for a connection to it. Thread-safe, since
 * a request may wait in several threads. It travels with the request in its {@link CallContext#timing()}.
 *
 * <p>Whoever waits tells when that begins and ends; what parallel waits have in common counts once, so that the time is
 * never more than the request has lasted. All readings are of one {@link io.loadline.time.Ticker}, that of the limiter. The
 * guards of dependencies tell it; the limiter asks it at the end of the call, see
 * {@link ConcurrencyLimiter#release(long, Route, Outcome, RequestTiming)}.
 *
 * <pre>{@code
 * CallContext context = headers.read(route, request::header).timing(limiter.beginTiming());
 * Page page = limiter.call(route, context, () -> inventory.call(() -> fetch(id)));
 * }</pre>
 */
public interface RequestTiming {

    /** The timing of a request that begins at {@code nowNanos}. */
    static RequestTiming begin(long nowNanos) {
        return new WaitUnion(nowNanos);
    }

    /**
     * Tells that a wait begins. Returns false if there are too many at once for this one to be followed; then its end must
     * not be told.
     */
    boolean waitBegins(long nowNanos);

    /** Tells that a wait ends whose beginning was told. */
    void waitEnds(long nowNanos);

    /** The time, until {@code nowNanos}, in which at least one wait was under way; at least 0. */
    long waitedNanos(long nowNanos);

    /** Tells that a dependency has refused this request something, or failed it. */
    void downstreamFailed();

    /**
     * Whether that was ever told. If the request then ends in 503 or 504, that speaks of the dependency and not of this
     * service's own capacity.
     */
    boolean hasDownstreamFailed();
}
