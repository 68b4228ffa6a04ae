/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.limit.ConcurrencyLimiter;

/** Changes how the service's limiter is built. Beans of this type are called by priority, after the settings. */
@FunctionalInterface
public interface LimiterBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(ConcurrencyLimiter.Builder builder);
}
