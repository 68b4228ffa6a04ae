/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.samples.orders.domain.Catalog;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Keeps the catalog: read as a stage of the start, when the server listens and there is memory for it. Thread-safe. */
@Singleton
public class CatalogCache {
    private final MemorySize rows;
    private final Duration time;

    /** Written once by the stage, read by requests; null before that. */
    private volatile Catalog catalog;

    CatalogCache(
            @ConfigProperty(name = "orders.catalog.rows") MemorySize rows,
            @ConfigProperty(name = "orders.catalog.time") Duration time) {
        this.rows = rows;
        this.time = time;
    }

    @DeferredStartup(name = "catalog", estimate = "${orders.catalog.rows}")
    void read(StageContext stage) throws InterruptedException {
        catalog = Catalog.read(rows.asLongValue(), time, stage::checkpoint);
    }

    /** @throws IllegalStateException if it has not been read yet: nobody asks a service that is not ready */
    Catalog get() {
        Catalog read = catalog;
        if (read == null) {
            throw new IllegalStateException("The catalog has not been read yet");
        }
        return read;
    }
}
