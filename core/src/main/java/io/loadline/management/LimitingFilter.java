/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Rejection;
import io.loadline.limit.Route;
import java.io.IOException;
import java.util.function.Function;

/**
 * Puts the limiter in front of handlers of the JDK's HTTP server: refused requests get 503 with {@code Retry-After} and a
 * problem detail; while draining, responses ask for their connection to be closed. Thread-safe.
 *
 * <p>For handlers that answer before they return. Do not add it to the contexts of {@link ManagementEndpoints}: probes
 * are never limited.
 */
public final class LimitingFilter extends Filter {
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final Function<? super HttpExchange, Route> routeOf;

    /** A filter that admits by {@code limiter}; {@code routeOf} must take names from code, never from the request. */
    public LimitingFilter(
            ConcurrencyLimiter limiter, DrainCoordinator drain, Function<? super HttpExchange, Route> routeOf) {
        this.limiter = limiter;
        this.drain = drain;
        this.routeOf = routeOf;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        HttpExchange draining = new DrainingExchange(exchange, drain);
        Route route = routeOf.apply(exchange);
        long ticket = limiter.tryAcquireTicket(route);
        if (ticket == ConcurrencyLimiter.REFUSED) {
            refuse(draining);
            return;
        }
        Outcome outcome = Outcome.IGNORED;
        try {
            chain.doFilter(draining);
            outcome = Outcome.ofHttpStatus(draining.getResponseCode());
        } finally {
            limiter.release(ticket, route, outcome);
        }
    }

    private void refuse(HttpExchange exchange) throws IOException {
        Rejection rejection = Rejection.of(limiter.rejectionReason());
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

    @Override
    public String description() {
        return "Loadline: admits what the service can finish";
    }
}
