/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/** Writes whole answers. Thread-safe. */
final class Responses {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Responses() {}

    static void json(HttpExchange exchange, int status, Object body) throws IOException {
        send(exchange, status, "application/json", MAPPER.writeValueAsBytes(body));
    }

    static void text(HttpExchange exchange, String contentType, String body) throws IOException {
        send(exchange, 200, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    static void problem(HttpExchange exchange, HttpProblem problem) throws IOException {
        Problem body = new Problem(
                problem.title(),
                problem.status(),
                problem.getMessage(),
                exchange.getRequestURI().getPath());
        send(exchange, problem.status(), "application/problem+json", MAPPER.writeValueAsBytes(body));
    }

    static String toJson(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    private static void send(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private record Problem(String title, int status, String detail, String instance) {}
}
