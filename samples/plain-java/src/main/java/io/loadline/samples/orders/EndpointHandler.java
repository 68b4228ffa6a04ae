/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls an endpoint, answers whatever it throws and never leaves an exchange open. Thread-safe if the endpoint is. */
final class EndpointHandler implements HttpHandler {
    private static final Logger log = LoggerFactory.getLogger(EndpointHandler.class);

    private final Endpoint endpoint;

    EndpointHandler(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Answers a GET request. */
    @FunctionalInterface
    interface Endpoint {
        void get(HttpExchange exchange) throws Exception;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            respond(exchange);
        }
    }

    private void respond(HttpExchange exchange) throws IOException {
        try {
            check(exchange);
            endpoint.get(exchange);
        } catch (HttpProblem problem) {
            Responses.problem(exchange, problem);
        } catch (IOException e) {
            log.debug("The client of {} has gone", exchange.getRequestURI(), e);
        } catch (Exception e) {
            log.error("{} failed", exchange.getRequestURI(), e);
            boolean answered = exchange.getResponseCode() != -1;
            if (!answered) {
                Responses.problem(exchange, new HttpProblem(500, "The log of the service tells more"));
            }
        }
    }

    private static void check(HttpExchange exchange) {
        // The server finds a context by prefix: /poolside would come to /pool.
        String context = exchange.getHttpContext().getPath();
        if (!context.endsWith("/") && !exchange.getRequestURI().getPath().equals(context)) {
            throw new HttpProblem(404, "Nothing here");
        }
        if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET");
            throw new HttpProblem(405, "Only GET is served");
        }
    }
}
