/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.guard.Quota;

/**
 * Changes how the service's quota is built, by which class each client belongs to, for example. Beans of this type are called
 * in order, after the settings.
 */
@FunctionalInterface
public interface QuotaBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(Quota.Builder builder);
}
