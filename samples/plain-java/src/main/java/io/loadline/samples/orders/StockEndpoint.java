/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import io.loadline.Loadline;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.GuardedHttpClient;
import io.loadline.guard.OptionalFeature;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/**
 * Whether an order can be delivered, which another service knows. It is asked behind a guard, and not when it gets tight: the
 * answer is of use without. Thread-safe.
 */
final class StockEndpoint {
    static final String PATH = "/stock/";
    static final String DEPENDENCY = "inventory";
    static final String FEATURE = "stock";

    private final URI inventory;
    private final GuardedHttpClient client;
    private final OptionalFeature feature;

    StockEndpoint(URI inventory, Loadline loadline) {
        this.inventory = inventory;
        this.client = GuardedHttpClient.builder(
                        HttpClient.newHttpClient(), loadline.guards().guard(DEPENDENCY))
                .build();
        this.feature = loadline.degradation().feature(FEATURE);
    }

    void stock(HttpExchange exchange) throws IOException, InterruptedException {
        long id = OrderEndpoint.id(exchange, PATH);
        Optional<String> known = feature.allowed() ? ask(id) : Optional.empty();
        Responses.json(exchange, 200, new Stock(id, known.orElse("unknown")));
    }

    private Optional<String> ask(long id) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(inventory.resolve("/stock/" + id)).build();
        try {
            var response = client.send(request, BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (GuardRefusedException | IOException unavailable) {
            return Optional.empty();
        }
    }

    private record Stock(long order, String stock) {}
}
