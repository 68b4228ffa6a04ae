/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import java.time.Duration;

/** What a quota says to one request. Immutable; admitting makes no object. */
public final class QuotaDecision {
    static final QuotaDecision ADMITTED = new QuotaDecision(true, false, 0);
    static final QuotaDecision SHADOWED = new QuotaDecision(true, true, 0);

    private final boolean admitted;
    private final boolean shadowed;
    private final long waitNanos;

    private QuotaDecision(boolean admitted, boolean shadowed, long waitNanos) {
        this.admitted = admitted;
        this.shadowed = shadowed;
        this.waitNanos = waitNanos;
    }

    static QuotaDecision refused(long waitNanos) {
        return new QuotaDecision(false, false, waitNanos);
    }

    /** Whether the request may go on. */
    public boolean admitted() {
        return admitted;
    }

    /** Whether it may, although {@link io.loadline.limit.Enforcement#ENFORCE} would have refused it. */
    public boolean shadowed() {
        return shadowed;
    }

    /** After how long the client gets new permits; zero if it was admitted. */
    public Duration retryAfter() {
        return Duration.ofNanos(waitNanos);
    }

    /**
     * The refusal, ready for the wire: 429, with {@link #retryAfter()} in whole seconds.
     *
     * @throws IllegalStateException if the request was admitted
     */
    public Rejection rejection() {
        if (admitted) {
            throw new IllegalStateException("the request was admitted");
        }
        return Rejection.of(RejectionReason.QUOTA).retryAfter(retryAfter());
    }

    @Override
    public String toString() {
        if (admitted) {
            return shadowed ? "shadowed" : "admitted";
        }
        return "refused for " + retryAfter();
    }
}
