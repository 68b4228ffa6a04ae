/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.HttpExchange;
import io.loadline.limit.Rejection;
import java.io.IOException;

/** Answers requests that are refused. Stateless. */
final class Refusals {
    private Refusals() {}

    /** Ends the exchange, whether its client still listens or not. */
    static void write(HttpExchange exchange, Rejection rejection) throws IOException {
        byte[] body = rejection.problemJson();
        exchange.getResponseHeaders().set("Content-Type", Rejection.PROBLEM_JSON);
        exchange.getResponseHeaders().set("Retry-After", rejection.retryAfterSeconds());
        boolean head = exchange.getRequestMethod().equals("HEAD");
        try (exchange) {
            exchange.sendResponseHeaders(rejection.status(), head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
