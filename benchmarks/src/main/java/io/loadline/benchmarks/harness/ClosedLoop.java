/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A few clients, each of which asks again as soon as it has been answered: what a service can do. Stateless. */
public final class ClosedLoop {
    private ClosedLoop() {}

    /** Good answers a second that {@code clients} got from a port of the loopback address. */
    public static double perSecond(int port, String path, int clients, Duration duration)
            throws InterruptedException, ExecutionException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            long startNanos = System.nanoTime();
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                counts.add(threads.submit(() -> count(client, request, startNanos + duration.toNanos())));
            }
            long sum = 0;
            for (Future<Long> count : counts) {
                sum += count.get();
            }
            return sum * 1e9 / (System.nanoTime() - startNanos);
        } finally {
            threads.shutdownNow();
        }
    }

    private static long count(HttpClient client, HttpRequest request, long endNanos)
            throws IOException, InterruptedException {
        long good = 0;
        while (System.nanoTime() - endNanos < 0) {
            if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                good++;
            }
        }
        return good;
    }
}
