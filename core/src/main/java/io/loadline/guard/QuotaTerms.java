/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/** One limit as the engine wants it. Immutable; equal limits of successive settings are one object. */
final class QuotaTerms {
    final QuotaLimit limit;
    final RateLimiterConfig config;
    final int permits;
    final long periodNanos;

    QuotaTerms(QuotaLimit limit) {
        this.limit = limit;
        this.permits = limit.permits();
        this.periodNanos = limit.per().toNanos();
        this.config = RateLimiterConfig.custom()
                .limitForPeriod(limit.permits())
                .limitRefreshPeriod(limit.per())
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /** The end of the period, in nanoseconds after the first began. */
    long periodEnd(long sinceOrigin) {
        return (sinceOrigin / periodNanos + 1) * periodNanos;
    }
}
