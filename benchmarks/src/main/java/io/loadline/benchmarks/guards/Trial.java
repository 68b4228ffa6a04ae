/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** More requests than one guard of a {@link GuardedServer} may let through, and what must become of them. */
enum Trial {
    QUOTA("quota of a client", "/open", 100, GuardedServer.QUOTA, 429),
    LIMIT("limit", "/open", 16, GuardedServer.LIMIT, 503),
    CAP("cap of a route", "/capped", 8, GuardedServer.CAP, 503),
    PLACES("places for calls to a dependency", "/stock", 6, GuardedServer.PLACES, 503),
    /** The first ones fail, which opens it. */
    BREAKER("breaker of a dependency", "/price", 30, GuardedServer.WINDOW, 503);

    private static final int OK = 200;
    private static final int BAD_GATEWAY = 502;
    private static final long PATIENCE_SECONDS = 20;

    final String title;
    private final String path;
    private final int asked;
    private final int let;
    private final int refusal;

    Trial(String title, String path, int asked, int let, int refusal) {
        this.title = title;
        this.path = path;
        this.asked = asked;
        this.let = let;
        this.refusal = refusal;
    }

    /**
     * What became of the requests.
     *
     * @param statuses of those that were refused
     * @param retryAfters what those were told; none if they were not
     * @param isRight whether as many were refused as should be, and in that way, and the service worked on none of them
     */
    record Tally(
            int asked,
            int served,
            int failed,
            int refused,
            Set<Integer> statuses,
            Set<String> retryAfters,
            boolean isRight) {
        /** Whether all were told when to come again. */
        boolean saysWhen() {
            return retryAfters.stream().allMatch(each -> each.matches("[1-9]\\d*"));
        }
    }

    Tally run(GuardedServer server) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header(GuardedServer.CLIENT, name())
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .build();
        long before = server.work().done();
        List<HttpResponse<Void>> answers = switch (this) {
            case QUOTA -> oneByOne(client, request);
            case LIMIT, CAP, PLACES -> atOnce(client, request, server.work());
            case BREAKER -> {
                server.work().fail(true);
                yield oneByOne(client, request);
            }
        };
        server.work().fail(false);
        return tally(answers, server.work().done() - before);
    }

    private List<HttpResponse<Void>> oneByOne(HttpClient client, HttpRequest request) throws Exception {
        List<HttpResponse<Void>> answers = new ArrayList<>();
        for (int i = 0; i < asked; i++) {
            answers.add(client.send(request, BodyHandlers.discarding()));
        }
        return answers;
    }

    /** Those that are let through stay until all others have been refused, if they are. */
    private List<HttpResponse<Void>> atOnce(HttpClient client, HttpRequest request, GuardedServer.Work work)
            throws Exception {
        CountDownLatch refused = new CountDownLatch(asked - let);
        List<CompletableFuture<HttpResponse<Void>>> sent = new ArrayList<>();
        work.hold();
        try {
            for (int i = 0; i < asked; i++) {
                sent.add(client.sendAsync(request, BodyHandlers.discarding())
                        .whenComplete((answer, failure) -> refused.countDown()));
            }
            boolean unusedAsTheTallyTells = refused.await(PATIENCE_SECONDS / 2, TimeUnit.SECONDS);
        } finally {
            work.letGo();
        }
        List<HttpResponse<Void>> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<Void>> each : sent) {
            answers.add(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        return answers;
    }

    private Tally tally(List<HttpResponse<Void>> answers, long worked) {
        int served = 0;
        int failed = 0;
        Set<Integer> statuses = new TreeSet<>();
        Set<String> retryAfters = new TreeSet<>();
        for (HttpResponse<Void> each : answers) {
            switch (each.statusCode()) {
                case OK -> served++;
                case BAD_GATEWAY -> failed++;
                default -> {
                    statuses.add(each.statusCode());
                    retryAfters.add(each.headers().firstValue("Retry-After").orElse("none"));
                }
            }
        }
        int refused = answers.size() - served - failed;
        boolean isRight = (this == BREAKER ? failed : served) == let
                && refused == asked - let
                && statuses.equals(Set.of(refusal))
                && worked == let;
        return new Tally(answers.size(), served, failed, refused, statuses, retryAfters, isRight);
    }
}
