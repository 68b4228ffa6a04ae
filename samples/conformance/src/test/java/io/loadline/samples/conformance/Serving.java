/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** What the service is for: the samples have one surface, with Loadline in front of it. */
interface Serving extends Scenes {

    @Shows(Behaviour.ORDER)
    default void order_known_hasCustomerLinesAndTotal() {
        Answer answer = service().get("/orders/42");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode order = Service.json(answer);
        assertThat(order.at("/id").asInt()).isEqualTo(42);
        assertThat(order.at("/customer/name").asString()).isEqualTo("Hanna Garcia");
        assertThat(order.at("/lines")).hasSize(3);
        assertThat(order.at("/lines/0/product").asString()).isEqualTo("Boat hook");
        assertThat(order.at("/total").asDouble()).isEqualTo(107.45);
    }

    @Shows(Behaviour.CATALOG)
    default void catalog_known_hasThePrice() {
        Answer answer = service().get("/catalog/7");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Arrival.PRICE);
    }

    @Shows(Behaviour.WORK)
    default void work_manyAtOnce_doNotWaitForEachOther() {
        long startNanos = System.nanoTime();

        assertThat(atOnce(60, "/work?ms=1000")).containsOnly(200);

        // One after the other they would take 60 s, on four event loops 15 s.
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(12));
    }

    @Shows(Behaviour.POOL)
    default void pool_twiceItsPlaces_takesTwoTurns() {
        long startNanos = System.nanoTime();

        assertThat(atOnce(20, "/pool")).containsOnly(200);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(40));
    }

    @Shows(Behaviour.BURN)
    default void burn_inBounds_takesAtLeastItsTime() {
        long startNanos = System.nanoTime();

        assertThat(service().get("/burn?ms=30").status()).isEqualTo(200);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    }

    @Shows(Behaviour.STREAM)
    default void stream_open_sendsEvents() {
        try (Wire wire = new Wire(service().port())) {
            Answer head = wire.send("GET", "/stream").readHead();

            assertThat(head.header("content-type")).startsWith("text/event-stream");
            StringBuilder events = new StringBuilder();
            while (!events.toString().contains("\"number\":1")) {
                byte[] chunk = wire.readChunk();
                assertThat(chunk).as("stream after " + events).isNotEmpty();
                events.append(new String(chunk, java.nio.charset.StandardCharsets.UTF_8));
            }
            assertThat(events.toString()).startsWith("data:").contains("\"number\":0");
        }
    }

    @Shows(Behaviour.NOT_FOUND)
    default void unknown_isNotFound() {
        for (String path : List.of("/orders/999999", "/catalog/4096", "/nope", "/poolside", "/readyzz")) {
            assertProblem(path, service().get(path), 404);
        }
    }

    @Shows(Behaviour.BAD_REQUEST)
    default void wrongNumber_isABadRequest() {
        for (String path : List.of(
                "/orders/abc",
                "/catalog/x",
                "/work",
                "/work?ms=-1",
                "/work?ms=60001",
                "/work?ms=x",
                "/burn?ms=99999999999")) {
            assertProblem(path, service().get(path), 400);
        }
    }

    @Shows(Behaviour.NOT_ALLOWED)
    default void otherMethod_isNotAllowed() {
        try (Wire wire = new Wire(service().port())) {
            String body = "x".repeat(1000);
            Answer answer = wire.send("POST", "/pool", "Content-Length: " + body.length())
                    .raw(body)
                    .read("POST");

            assertProblem("/pool", answer, 405);
        }
    }

    @Shows(Behaviour.KEEP_ALIVE)
    default void answers_keepTheConnection() {
        try (Wire wire = new Wire(service().port())) {
            // Again and again: Reactor Netty before 1.3.8 may stop to read after answers of different threads.
            for (int i = 0; i < 10; i++) {
                for (String path : List.of("/orders/1", "/nope", "/orders/999999", "/livez", "/pool")) {
                    assertThat(wire.get(path).header("connection")).as(path).isNotEqualTo("close");
                }
            }
        }
    }

    @Shows(Behaviour.KEEP_ALIVE_AFTER_REFUSAL)
    default void refusals_keepTheConnection() {
        try (Wire wire = new Wire(service().port())) {
            Answer refused = wire.get("/orders/1", Hints.EXPIRED);

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("connection")).isNotEqualTo("close");
            assertThat(wire.get("/orders/1").status()).isEqualTo(200);
        }
    }

    private static void assertProblem(String path, Answer answer, int status) {
        assertThat(answer.status()).as(path).isEqualTo(status);
        assertThat(answer.header("content-type")).as(path).isEqualTo("application/problem+json");
        assertThat(Service.json(answer).at("/status").asInt()).as(path).isEqualTo(status);
    }

    private List<Integer> atOnce(int requests, String path) {
        HttpClient client = HttpClient.newHttpClient();
        // HTTP/1.1 without an upgrade, as balancers and probes speak.
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + service().port() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .build();
        List<CompletableFuture<HttpResponse<Void>>> answers = IntStream.range(0, requests)
                .mapToObj(i -> client.sendAsync(request, BodyHandlers.discarding()))
                .toList();
        return answers.stream().map(answer -> answer.join().statusCode()).toList();
    }
}
