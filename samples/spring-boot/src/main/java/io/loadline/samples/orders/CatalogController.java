/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Prices by product. Thread-safe. */
@RestController
class CatalogController {
    private final CatalogCache catalog;

    CatalogController(CatalogCache catalog) {
        this.catalog = catalog;
    }

    @GetMapping("/catalog/{product}")
    Price price(@PathVariable int product) {
        long cents = catalog.get().price(product);
        if (cents < 0) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "No product " + product);
        }
        return new Price(product, cents);
    }

    record Price(int product, long cents) {}
}
