/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.sql.SQLException;

/** Orders by number. Thread-safe. */
final class OrderEndpoint {
    static final String PATH = "/orders/";

    private final OrderRepository orders;

    OrderEndpoint(OrderRepository orders) {
        this.orders = orders;
    }

    void order(HttpExchange exchange) throws IOException, SQLException {
        long id = id(exchange, PATH);
        Order order = orders.findById(id).orElseThrow(() -> new HttpProblem(404, "No order " + id));
        Responses.json(exchange, 200, order);
    }

    /** What comes after {@code prefix}, as the number of an order. */
    static long id(HttpExchange exchange, String prefix) {
        String text = exchange.getRequestURI().getPath().substring(prefix.length());
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new HttpProblem(400, "The number of an order is expected: " + text);
        }
    }
}
