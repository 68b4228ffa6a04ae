/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.quarkus.resteasy.reactive.server.EndpointDisabled;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;

/**
 * Reports, which read all orders. What each client may ask for, and what all of them together may take, are settings: see
 * application-guards.properties. How many are read at once is {@link #reports()}. Thread-safe.
 */
@Path("/reports")
@EndpointDisabled(name = "orders.reports.enabled", stringValue = "false", disableIfMissing = true)
public class ReportResource {
    private static final int AT_ONCE = 2;

    private final SalesRepository repository;

    ReportResource(SalesRepository repository) {
        this.repository = repository;
    }

    /** Whatever the service's own limit is: a report needs a connection for long, of which others need the rest. */
    @Produces
    @Singleton
    @Identifier("reports")
    static ConcurrencyLimiter reports() {
        return ConcurrencyLimiter.builder("reports")
                .algorithm(() -> FixedLimit.of(AT_ONCE))
                .build();
    }

    @GET
    @Path("sales")
    public List<Sales> sales() {
        return repository.byCity();
    }
}
