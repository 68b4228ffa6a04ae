/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * The application's registry of meters, from when all its singletons are there: what publishes to it may need Loadline.
 * Thread-safe.
 */
final class ApplicationMeters implements SmartInitializingSingleton {
    private final ObjectProvider<MeterRegistry> registries;

    /** Written when all singletons are there, read by what asks pools; null before, and where there is no one registry. */
    private volatile @Nullable MeterRegistry found;

    ApplicationMeters(ObjectProvider<MeterRegistry> registries) {
        this.registries = registries;
    }

    @Nullable
    MeterRegistry registry() {
        return found;
    }

    @Override
    public void afterSingletonsInstantiated() {
        registries.ifUnique(registry -> found = registry);
    }
}
