/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.time.Duration;

/**
 * Is told of the calls that had to wait and of those that are refused, one by one; of all others nothing. Must be
 * thread-safe and quick: it is called by the thread that asked, before that knows the answer.
 *
 * <p>What it throws is caught, and logged once. What is refused in {@link Enforcement#SHADOW} only in words is not told.
 */
public interface AdmissionListener {

    /** A call has waited for its turn, which has come or is {@link #refused} next. */
    void waited(Route route, Duration wait);

    /** A call is refused. */
    void refused(Route route, RejectionReason reason);

    /**
     * Who is told of a call that goes on to wait without a thread. Called by the thread that asks for it, whereas what is
     * returned is called by another one. Default: the same.
     */
    default AdmissionListener ofWaiting() {
        return this;
    }
}
