/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import io.loadline.samples.orders.domain.Catalog;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** Prices by product, once the catalog has been read. Thread-safe. */
final class CatalogEndpoint {
    static final String PATH = "/catalog/";

    private final Supplier<Optional<Catalog>> catalog;

    /** Asks {@code catalog} for each request; it is empty until it has been read. */
    CatalogEndpoint(Supplier<Optional<Catalog>> catalog) {
        this.catalog = catalog;
    }

    void price(HttpExchange exchange) throws IOException {
        int product = product(exchange.getRequestURI().getPath().substring(PATH.length()));
        Catalog read = catalog.get().orElseThrow(() -> new HttpProblem(500, "The catalog has not been read yet"));
        long cents = read.price(product);
        if (cents < 0) {
            throw new HttpProblem(404, "No product " + product);
        }
        Responses.json(exchange, 200, new Price(product, cents));
    }

    private static int product(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new HttpProblem(400, "The number of a product is expected: " + text);
        }
    }

    private record Price(int product, long cents) {}
}
