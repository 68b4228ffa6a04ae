/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** Prices by product. Thread-safe. */
@Path("/catalog")
public class CatalogResource {
    private final CatalogCache catalog;

    CatalogResource(CatalogCache catalog) {
        this.catalog = catalog;
    }

    @GET
    @Path("{product}")
    public Price price(@PathParam("product") String product) {
        int number = (int) Numbers.parse("product", product);
        long cents = catalog.get().price(number);
        if (cents < 0) {
            throw new NotFoundException("No product " + number);
        }
        return new Price(number, cents);
    }

    /** What one costs. */
    public record Price(int product, long cents) {}
}
