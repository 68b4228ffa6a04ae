/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.startup.WarmUpReport.RouteWarmUp;
import io.loadline.time.Ticker;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The rounds of calls to one route in a {@link WarmUp}. Not thread-safe. */
final class RouteRounds {
    private static final int STEADY_ROUNDS = 2;
    private static final int ERROR_STATUS = 400;

    private final String name;
    private final HttpRequest request;
    private final HttpClient client;
    private final Ticker ticker;
    private final double tolerance;
    private final List<Long> roundNanos = new ArrayList<>();
    private int calls;
    private int failed;
    private long firstNanos;
    private long lastNanos;
    private int steady;
    private boolean lost;

    RouteRounds(String name, HttpRequest request, HttpClient client, Ticker ticker, double tolerance) {
        this.name = name;
        this.request = request;
        this.client = client;
        this.ticker = ticker;
        this.tolerance = tolerance;
    }

    /** Calls it once; the answer must be there, to the end of its body, within {@code timeoutNanos}. */
    void call(long timeoutNanos) throws InterruptedException {
        calls++;
        long begun = ticker.read();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, BodyHandlers.discarding());
        try {
            if (answer.get(timeoutNanos, TimeUnit.NANOSECONDS).statusCode() < ERROR_STATUS) {
                roundNanos.add(ticker.read() - begun);
                return;
            }
        } catch (ExecutionException | TimeoutException e) {
            // Counted below: that a route cannot be called is no reason to end the start.
        } finally {
            // Ends the exchange if it is not over.
            boolean unused = answer.cancel(true);
        }
        failed++;
    }

    /** A round of failures only ends the calls to this route: nothing can be learned from it. */
    void endRound() {
        if (roundNanos.isEmpty()) {
            lost = true;
            return;
        }
        Collections.sort(roundNanos);
        long median = roundNanos.get(roundNanos.size() / 2);
        roundNanos.clear();
        if (firstNanos == 0) {
            firstNanos = median;
        } else {
            steady = Math.abs(median - lastNanos) < tolerance * lastNanos ? steady + 1 : 0;
        }
        lastNanos = median;
    }

    int calls() {
        return calls;
    }

    boolean hasSettled() {
        return steady >= STEADY_ROUNDS;
    }

    boolean hasFailed() {
        return lost;
    }

    boolean isOver(int maxCalls) {
        return lost || hasSettled() || calls >= maxCalls;
    }

    RouteWarmUp report() {
        return new RouteWarmUp(
                name, calls, failed, Duration.ofNanos(firstNanos), Duration.ofNanos(lastNanos), hasSettled());
    }
}
