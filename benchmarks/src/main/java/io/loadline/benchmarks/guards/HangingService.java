/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A dependency that answers after 5 ms or, while it is told to, never: requests are read and that is all. Those that came
 * meanwhile are not answered afterwards either. Thread-safe.
 */
final class HangingService implements AutoCloseable {
    private static final long ANSWER_MILLIS = 5;
    private static final byte[] ANSWER = {'m', 'a', 'n', 'y'};

    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();
    private final HttpServer server;
    private final LongAdder answered = new LongAdder();

    /** Written by whoever measures, read by each request. */
    private volatile boolean hanging;

    HangingService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(readers);
        server.createContext("/", this::handle);
        server.start();
    }

    /** What a client puts into its URL. */
    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    void hang(boolean hangs) {
        hanging = hangs;
    }

    long answered() {
        return answered.sum();
    }

    private void handle(HttpExchange exchange) {
        if (!hanging) {
            var unused = answers.schedule(() -> answer(exchange), ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
            answered.increment();
        } catch (IOException gone) {
            // Nobody waits for it any more.
        }
    }

    @Override
    public void close() {
        server.stop(0);
        answers.shutdownNow();
        readers.shutdownNow();
    }
}
