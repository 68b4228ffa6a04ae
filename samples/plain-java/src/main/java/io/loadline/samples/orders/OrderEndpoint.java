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
        long id = id(exchange.getRequestURI().getPath().substring(PATH.length()));
        Order order = orders.findById(id).orElseThrow(() -> new HttpProblem(404, "No order " + id));
        Responses.json(exchange, 200, order);
    }

    private static long id(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new HttpProblem(400, "The number of an order is expected: " + text);
        }
    }
}
