/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events, one a second, until the client goes or the service does. Thread-safe; a stream holds its thread.
 */
final class StreamEndpoint {
    private final CountDownLatch closing = new CountDownLatch(1);

    void stream(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        long number = 0;
        do {
            String event = "data:" + Responses.toJson(new Tick(number++, Instant.now())) + "\n\n";
            body.write(event.getBytes(StandardCharsets.UTF_8));
            body.flush();
        } while (!closing.await(1, TimeUnit.SECONDS));
    }

    /** Ends every open stream, and those opened from now on after their first event. */
    void completeAll() {
        closing.countDown();
    }

    private record Tick(long number, Instant at) {}
}
