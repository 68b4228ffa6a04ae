/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Measures the requests of one route. Thread-safe. */
final class RequestTimer extends Filter {
    private final MeterProvider<Timer> timers;

    RequestTimer(String route, MeterRegistry registry) {
        timers = Timer.builder("http.server.requests")
                .description("Requests served, by route and status")
                .tag("uri", route)
                .withRegistry(registry);
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        long startNanos = System.nanoTime();
        try {
            chain.doFilter(exchange);
        } finally {
            int status = exchange.getResponseCode();
            timers.withTag("status", status == -1 ? "none" : Integer.toString(status))
                    .record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public String description() {
        return "Measures requests";
    }
}
