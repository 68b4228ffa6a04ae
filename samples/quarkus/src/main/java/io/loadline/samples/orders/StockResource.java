/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.GuardTimeoutException;
import io.quarkus.resteasy.reactive.server.EndpointDisabled;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * Whether an order can be delivered, which another service knows. An order without that is still of use, so the answer says
 * that it is not known when that service is down. What is guarded is a setting: see application-inventory.properties.
 * Thread-safe.
 */
@Path("/orders/{id}/stock")
@EndpointDisabled(name = "orders.inventory.enabled", stringValue = "false", disableIfMissing = true)
public class StockResource {
    private final Inventory inventory;

    StockResource(@RestClient Inventory inventory) {
        this.inventory = inventory;
    }

    @GET
    public Stock stock(@PathParam("id") String id) {
        long order = Numbers.parse("id", id);
        try {
            return new Stock(order, inventory.stock(order));
        } catch (GuardRefusedException
                | GuardTimeoutException
                | ProcessingException
                | WebApplicationException unavailable) {
            return new Stock(order, null);
        }
    }

    /** What is known. */
    public record Stock(long order, @Nullable String stock) {}
}
