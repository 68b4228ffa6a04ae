/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients of one balancer, each in an open loop with a pool of its own. Not thread-safe.
 *
 * <p>None of them sends a request twice. A connection that the service has closed is not used again if that was seen
 * before a request was sent on it; what was sent and not answered is lost.
 */
final class Clients {
    /** What the longest request takes at the service, in milliseconds. */
    static final long LONGEST_MILLIS = 500;

    private static final List<String> SHORT = List.of(
            "/orders/1", "/work?ms=5", "/pool", "/orders/17", "/work?ms=10", "/orders/99", "/pool", "/work?ms=0");
    private static final String LONG = "/work?ms=" + LONGEST_MILLIS;
    private static final int KEEP_ALIVE = 20;
    private static final double KEEP_ALIVE_SHARE = 0.65;
    private static final double LONG_PER_SECOND = 1;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /* Looked at every 50 ms: no pause is longer than 500 ms. */
    private static final Duration PAUSE = Duration.ofMillis(440);

    private final List<LoadRun> runs = new ArrayList<>();

    /**
     * Starts the clients of a busy service: most keep connections and use them with pauses below 500 ms, others open
     * one for every request, one asks for something long.
     */
    static Clients busy(LoadGenerator generator, int port, double ratePerSecond, Path logs) throws IOException {
        Clients clients = new Clients();
        Files.createDirectories(logs);
        for (int i = 0; i < KEEP_ALIVE; i++) {
            clients.start(
                    generator,
                    LoadPlan.builder(port, SHORT.get(i % SHORT.size()), SHORT.get((i + 1) % SHORT.size()))
                            .ratePerSecond(ratePerSecond * KEEP_ALIVE_SHARE / KEEP_ALIVE)
                            .maxIdle(PAUSE)
                            .seed(i)
                            .log(logs.resolve("kept-" + i + ".csv")));
        }
        clients.start(
                generator,
                LoadPlan.builder(port, SHORT.toArray(String[]::new))
                        .ratePerSecond(ratePerSecond * (1 - KEEP_ALIVE_SHARE))
                        .freshShare(1)
                        .seed(KEEP_ALIVE)
                        .log(logs.resolve("fresh.csv")));
        clients.start(
                generator,
                LoadPlan.builder(port, LONG)
                        .ratePerSecond(LONG_PER_SECOND)
                        .freshShare(0.5)
                        .maxIdle(PAUSE)
                        .seed(KEEP_ALIVE + 1)
                        .log(logs.resolve("long.csv")));
        return clients;
    }

    /** Starts the clients of a service that is hardly used: a request every three seconds. */
    static Clients rare(LoadGenerator generator, int port, Path logs) throws IOException {
        Clients clients = new Clients();
        Files.createDirectories(logs);
        clients.start(
                generator,
                LoadPlan.builder(port, SHORT.toArray(String[]::new))
                        .ratePerSecond(1.0 / 3)
                        .freshShare(0.5)
                        .maxIdle(Duration.ofSeconds(60))
                        .log(logs.resolve("rare.csv")));
        return clients;
    }

    private void start(LoadGenerator generator, LoadPlan.Builder plan) {
        runs.add(generator.start(plan.timeout(TIMEOUT).build()));
    }

    /** Sends no more, waits for the last answers and returns what became of all requests. */
    LoadStats stop() throws InterruptedException {
        LoadStats sum = new LoadStats();
        for (LoadRun run : runs) {
            sum = sum.plus(run.stop());
        }
        return sum;
    }
}
