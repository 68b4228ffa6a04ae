/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.guard.ClientKey;
import io.loadline.guard.ClientRequest;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.Route;

/**
 * The quota that the filter asks, and for whom. Immutable.
 *
 * @param quota what decides
 * @param key what tells the client
 * @param afterSecurity whether that is known only when security has been asked
 */
public record ClientQuota(Quota quota, ClientKey key, boolean afterSecurity) {
    /* After what sets the encoding and observes, before the limiter: what a client may not ask for is no load. */
    private static final int EARLY = Integer.MIN_VALUE + 9;
    /* Spring Security's chain is at -100, on both kinds of servers. */
    private static final int AFTER_SECURITY = -90;

    /** The place of the filter. */
    public int order() {
        return afterSecurity ? AFTER_SECURITY : EARLY;
    }

    /** Asks for one request of {@code route}. */
    public QuotaDecision decide(ClientRequest request, Route route) {
        return quota.tryAcquire(request, key, route);
    }
}
