/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The application's registry of meters, be it Quarkus' or one of its own, from when they are published: filters of meters are
 * in place by then. Thread-safe.
 */
@Singleton
public class ApplicationMeters {
    private final Instance<MeterRegistry> registries;

    /** Written when they are published, read by what asks pools; null before, and where there is no one registry. */
    private volatile @Nullable MeterRegistry found;

    @Inject
    ApplicationMeters(Instance<MeterRegistry> registries) {
        this.registries = registries;
    }

    @Nullable
    MeterRegistry registry() {
        return found;
    }

    /** Does nothing the second time: there may be several servers that begin to listen. */
    synchronized void publish(Loadline loadline) {
        if (found != null) {
            return;
        }
        if (registries.isResolvable()) {
            MeterRegistry registry = registries.get();
            found = registry;
            loadline.metrics().bindTo(registry);
        }
    }
}
