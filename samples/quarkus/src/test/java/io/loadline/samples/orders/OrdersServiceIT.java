/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loadline.testing.SampleProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the packaged service and talks to it as clients, probes and scrapers do. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(120)
class OrdersServiceIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int SIGTERM_EXIT = 128 + 15;

    private static SampleProcess service;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void startService() throws Exception {
        service = SampleProcess.start(Map.of("QUARKUS_LOADLINE_STARTUP_GATE_MAX_WAIT", "0s"), "Listening on:");
        service.awaitReady();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    @Test
    void order_known_hasCustomerLinesAndTotal() throws Exception {
        HttpResponse<String> response = get("/orders/42");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode order = JSON.readTree(response.body());
        assertThat(order.at("/id").asInt()).isEqualTo(42);
        assertThat(order.at("/customer/name").asText()).isEqualTo("Hanna Garcia");
        assertThat(order.at("/lines")).hasSize(3);
        assertThat(order.at("/lines/0/product").asText()).isEqualTo("Boat hook");
        assertThat(order.at("/total").asDouble()).isEqualTo(107.45);
    }

    @Test
    void order_unknown_isNotFound() throws Exception {
        assertProblem(get("/orders/999999"), 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/orders/abc", "/work", "/work?ms=-1", "/work?ms=60001", "/work?ms=x", "/burn?ms=99999999999"})
    void request_withWrongNumber_isBadRequest(String path) throws Exception {
        assertProblem(get(path), 400);
    }

    @Test
    void catalog_known_hasThePrice() throws Exception {
        HttpResponse<String> response = get("/catalog/7");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"product\":7,\"cents\":55533}");
        assertProblem(get("/catalog/4096"), 404);
        assertProblem(get("/catalog/x"), 400);
    }

    @Test
    void startupReport_tellsItsStages() throws Exception {
        JsonNode report =
                JSON.readTree(get(service.managementPort(), "/loadline/startup").body());

        assertThat(report.at("/readyAfterSeconds").asDouble()).isPositive();
        assertThat(report.at("/stages"))
                .extracting(stage ->
                        stage.at("/name").asText() + " " + stage.at("/outcome").asText())
                .containsExactly("catalog DONE", "warm-up DONE");
    }

    @Test
    void work_manyAtOnce_doNotWaitForEachOther() {
        long startNanos = System.nanoTime();

        List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 60)
                .mapToObj(i -> client.sendAsync(request(service.port(), "/work?ms=250"), BodyHandlers.ofString()))
                .toList();

        assertThat(responses)
                .allSatisfy(response -> assertThat(response.join().statusCode()).isEqualTo(200));
        // On four event loops they would take 60 / 4 x 250 ms.
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void pool_twiceItsPermits_takesTwoTurns() {
        long startNanos = System.nanoTime();

        List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 20)
                .mapToObj(i -> client.sendAsync(request(service.port(), "/pool"), BodyHandlers.ofString()))
                .toList();

        assertThat(responses)
                .allSatisfy(response -> assertThat(response.join().statusCode()).isEqualTo(200));
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(40));
    }

    @Test
    void burn_inBounds_takesAtLeastItsTime() throws Exception {
        long startNanos = System.nanoTime();

        assertThat(get("/burn?ms=30").statusCode()).isEqualTo(200);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    }

    @Test
    void stream_open_sendsAnEventASecond() throws Exception {
        HttpResponse<Stream<String>> response = client.send(request(service.port(), "/stream"), BodyHandlers.ofLines());

        try (Stream<String> lines = response.body()) {
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
            assertThat(lines.filter(line -> line.startsWith("data:")).limit(2))
                    .satisfiesExactly(
                            first -> assertThat(first).contains("\"number\":0"),
                            second -> assertThat(second).contains("\"number\":1"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/startupz"})
    void probe_started_isUp(String path) throws Exception {
        assertUp(get(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "ready", "started"})
    void health_onManagementPort_isUp(String check) throws Exception {
        assertUp(get(service.managementPort(), "/q/health/" + check));
    }

    @Test
    void metrics_onBothPorts_arePrometheusText() throws Exception {
        get("/orders/1");

        assertPrometheus(get("/metrics"));
        assertPrometheus(get(service.managementPort(), "/q/metrics"));
    }

    @Test
    void managementPort_doesNotServeOrders() throws Exception {
        assertThat(get(service.managementPort(), "/orders/1").statusCode()).isEqualTo(404);
    }

    @Test
    @Order(Integer.MAX_VALUE) // the service is gone afterwards
    void terminate_withStreamAndRequestOpen_completesBoth() throws Exception {
        HttpResponse<Stream<String>> stream = client.send(request(service.port(), "/stream"), BodyHandlers.ofLines());
        var events = stream.body().iterator();
        events.next();
        CompletableFuture<HttpResponse<String>> work =
                client.sendAsync(request(service.port(), "/work?ms=1500"), BodyHandlers.ofString());
        get("/work?ms=300"); // sent after it: when this one is answered, the other is in the handler

        int exit = service.terminate();

        assertThat(exit).isEqualTo(SIGTERM_EXIT);
        assertThat(work.join().statusCode()).isEqualTo(200);
        events.forEachRemaining(line -> {}); // throws if the stream was cut
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(service.port(), path);
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return client.send(request(port, path), BodyHandlers.ofString());
    }

    private static HttpRequest request(int port, String path) {
        // HTTP/1.1 without an upgrade, as balancers and probes speak.
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private static void assertProblem(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(JSON.readTree(response.body()).at("/status").asInt()).isEqualTo(status);
    }

    private static void assertUp(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).at("/status").asText()).isEqualTo("UP");
    }

    private static void assertPrometheus(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).containsAnyOf("text/plain", "openmetrics-text"));
        assertThat(response.body())
                .contains("# TYPE http_server_requests_seconds summary")
                .contains("loadline_limit_calls");
    }
}
