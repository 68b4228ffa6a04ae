/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpExchange;
import io.loadline.samples.orders.domain.Pool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.CRC32;

/** Work of a known kind and amount, for load tests: waiting, a narrow pool, CPU. Thread-safe. */
final class WorkEndpoints {
    private static final int MAX_MILLIS = 60_000;
    private static final Duration POOL_HOLD = Duration.ofMillis(20);
    private static final byte[] BURN_CHUNK = "loadline".repeat(1024).getBytes(StandardCharsets.US_ASCII);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private final Pool pool;

    WorkEndpoints(Pool pool) {
        this.pool = pool;
    }

    void work(HttpExchange exchange) throws IOException, InterruptedException {
        int ms = millis(exchange);
        Thread.sleep(ms);
        Responses.json(exchange, 200, new Done("work", ms));
    }

    void pool(HttpExchange exchange) throws IOException, InterruptedException {
        pool.hold(POOL_HOLD);
        Responses.json(exchange, 200, new Done("pool", POOL_HOLD.toMillis()));
    }

    /** Time of this thread, not of the clock: on a busy machine a burn takes longer but costs the same. */
    void burn(HttpExchange exchange) throws IOException {
        long startNanos = threads.getCurrentThreadCpuTime();
        int ms = millis(exchange);
        long burnNanos = Duration.ofMillis(ms).toNanos();
        CRC32 checksum = new CRC32();
        while (threads.getCurrentThreadCpuTime() - startNanos < burnNanos) {
            checksum.update(BURN_CHUNK);
        }
        Responses.json(exchange, 200, new Burnt("burn", ms, checksum.getValue()));
    }

    private static int millis(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            if (parameter.startsWith("ms=")) {
                return millis(parameter.substring("ms=".length()));
            }
        }
        throw new HttpProblem(400, "Parameter ms is missing");
    }

    private static int millis(String text) {
        try {
            int ms = Integer.parseInt(text);
            if (ms >= 0 && ms <= MAX_MILLIS) {
                return ms;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same answer.
        }
        throw new HttpProblem(400, "ms must be between 0 and " + MAX_MILLIS + ": " + text);
    }

    private record Done(String kind, long ms) {}

    private record Burnt(String kind, long ms, long checksum) {}
}
