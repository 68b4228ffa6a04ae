/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.startup.InlineStart;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Reads the catalog while the application starts: without the extension nobody runs it as a stage. Stateless. */
@Singleton
public class CatalogAtStart {
    void read(@Observes StartupEvent event, CatalogCache catalog) throws InterruptedException {
        catalog.read(InlineStart.context("catalog"));
    }
}
