/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.guard.GuardRefusedException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * Whether an order can be delivered, which another service knows. An order without that is still of use, so the answer says
 * that it is not known when that service is down. What is guarded is a setting: see application-inventory.properties.
 */
@RestController
@Profile("inventory")
class StockController {
    private final RestClient inventory;

    StockController(RestClient.Builder builder, @Value("${orders.inventory.url}") String url) {
        this.inventory = builder.baseUrl(url).build();
    }

    @GetMapping("/orders/{id}/stock")
    Stock stock(@PathVariable long id) {
        try {
            return new Stock(
                    id, inventory.get().uri("/stock/{id}", id).retrieve().body(String.class));
        } catch (GuardRefusedException | RestClientException unavailable) {
            return new Stock(id, null);
        }
    }

    record Stock(long order, @Nullable String stock) {}
}
