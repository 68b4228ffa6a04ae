/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A dependency that answers after 5 ms or another time or, while it is told to, never: requests are read and that is all.
 * Those that came meanwhile are not answered afterwards either. Or it fails a share of them. Thread-safe.
 */
public final class HangingService implements AutoCloseable {
    static {
        // It writes head and body apart, and the second waits for the client's delayed acknowledgement of the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final byte[] ANSWER = {'m', 'a', 'n', 'y'};

    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();
    private final HttpServer server;
    private final LongAdder asked = new LongAdder();
    private final LongAdder answered = new LongAdder();

    /** Written by whoever measures, read by each request. */
    private volatile boolean hanging;

    /** The same: 0..1. */
    private volatile double failing;

    /** The same. */
    private volatile long answerMillis = 5;

    public HangingService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(readers);
        server.createContext("/", this::handle);
        server.start();
    }

    /** What a client puts into its URL. */
    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Lets it answer nobody from now on, or everybody. */
    public void hang(boolean hangs) {
        hanging = hangs;
    }

    /** Lets a share of the requests, 0..1, get 503. */
    public void fail(double share) {
        failing = share;
    }

    /** Sets how long an answer takes, from the next request on. */
    public void answerAfter(Duration time) {
        answerMillis = time.toMillis();
    }

    /** Requests that came, whatever became of them. */
    public long asked() {
        return asked.sum();
    }

    public long answered() {
        return answered.sum();
    }

    private void handle(HttpExchange exchange) {
        asked.increment();
        if (!hanging) {
            int status = ThreadLocalRandom.current().nextDouble() < failing ? 503 : 200;
            var unused = answers.schedule(() -> answer(exchange, status), answerMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void answer(HttpExchange exchange, int status) {
        try (exchange) {
            exchange.sendResponseHeaders(status, ANSWER.length);
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
