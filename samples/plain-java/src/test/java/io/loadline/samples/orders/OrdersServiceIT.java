/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.loadline.testing.SampleProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the jar and talks to it as clients, probes and scrapers do. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(120)
class OrdersServiceIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final String STOCK = "loadline.guard.degradation.features.stock.";

    @TempDir
    static Path settings;

    private static HttpServer inventory;
    private static SampleProcess service;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void startService() throws Exception {
        inventory = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        inventory.createContext("/stock/", exchange -> {
            byte[] body = "12 in stock".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        inventory.start();
        // A busy machine does not turn it off.
        Path unused = Files.writeString(settings.resolve(STOCK + "off-above"), "1000");
        service = SampleProcess.start(
                Map.of(
                        "LOADLINE_STARTUP_GATE",
                        "false",
                        "WARM_UP_PATHS",
                        "/orders/1,/catalog/1",
                        "CLIENT_LIMIT",
                        "10",
                        "INVENTORY_URL",
                        "http://localhost:" + inventory.getAddress().getPort(),
                        "SETTINGS_DIR",
                        settings.toString()),
                "Orders service started");
        service.awaitReady();
    }

    @AfterAll
    static void stopService() {
        inventory.stop(0);
        if (service != null) {
            service.close();
        }
    }

    @Test
    void order_known_hasCustomerLinesAndTotal() throws Exception {
        HttpResponse<String> response = get("/orders/42");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode order = JSON.readTree(response.body());
        assertThat(order.at("/id").asInt()).isEqualTo(42);
        assertThat(order.at("/customer/name").asString()).isEqualTo("Hanna Garcia");
        assertThat(order.at("/lines")).hasSize(3);
        assertThat(order.at("/lines/0/product").asString()).isEqualTo("Boat hook");
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
                .extracting(stage -> stage.at("/name").asString() + " "
                        + stage.at("/outcome").asString())
                .containsExactly("catalog DONE", "warm-up DONE");
    }

    @Test
    void client_overItsQuota_isTold429WhileOthersAreServed() throws Exception {
        assertThat(get("/burn?ms=1", "a").statusCode()).isEqualTo(200);
        assertThat(get("/burn?ms=1", "a").statusCode()).isEqualTo(200);
        assertThat(get("/burn?ms=1", "a").statusCode()).as("beyond the route's").isEqualTo(429);
        for (int i = 0; i < 8; i++) {
            assertThat(get("/orders/1", "a").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> refused = get("/orders/1", "a");

        assertProblem(refused, 429);
        assertThat(refused.headers().firstValue("Retry-After"))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(1, 60));
        assertThat(get("/orders/1", "b").statusCode()).isEqualTo(200);
        assertThat(status().at("/quotas/0/refused").asInt()).isEqualTo(2);
        assertThat(status().at("/quotas/0/routes")
                        .get("GET /burn")
                        .at("/refused")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void stock_turnedOffBySettings_isNotAskedFor() throws Exception {
        assertThat(get("/stock/42").body()).isEqualTo("{\"order\":42,\"stock\":\"12 in stock\"}");
        long calls = status().at("/guards/0/calls").asLong();
        assertThat(calls).isPositive();
        Path setting = settings.resolve(STOCK + "force");

        Path unused = Files.writeString(setting, "off");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get("/stock/42").body().contains("\"unknown\""));
        assertThat(status().at("/degradation/features/0/allowed").asBoolean()).isFalse();
        assertThat(status().at("/guards/0/name").asString()).isEqualTo("inventory");

        Files.delete(setting);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get("/stock/42").body().contains("\"12 in stock\""));
    }

    @Test
    void work_manyAtOnce_doNotWaitForEachOther() {
        long startNanos = System.nanoTime();

        List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 60)
                .mapToObj(i -> client.sendAsync(request(service.port(), "/work?ms=250"), BodyHandlers.ofString()))
                .toList();

        assertThat(responses)
                .allSatisfy(response -> assertThat(response.join().statusCode()).isEqualTo(200));
        // One after the other they would take 15 s.
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
    @ValueSource(strings = {"/livez", "/readyz", "/startupz"})
    void probe_onManagementPort_isUp(String path) throws Exception {
        assertUp(get(service.managementPort(), path));
    }

    @Test
    void metrics_onBothPorts_arePrometheusText() throws Exception {
        get("/orders/1");

        assertPrometheus(get("/metrics"));
        assertPrometheus(get(service.managementPort(), "/metrics"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nope", "/poolside", "/readyzz"})
    void request_forUnknownPath_isNotFound(String path) throws Exception {
        assertProblem(get(path), 404);
    }

    @Test
    void request_otherThanGet_isNotAllowed() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + "/pool"))
                .version(HttpClient.Version.HTTP_1_1)
                .POST(BodyPublishers.ofString("x".repeat(1000)))
                .build();

        assertProblem(client.send(post, BodyHandlers.ofString()), 405);
    }

    @Test
    void answers_whateverTheStatus_keepTheConnection() throws Exception {
        try (Socket socket = new Socket("localhost", service.port())) {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String path : List.of("/orders/1", "/orders/x", "/nope", "/livez", "/pool")) {
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(reader.readLine()).startsWith("HTTP/1.1 ");
                int length = 0;
                for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
                    assertThat(line).isNotEqualToIgnoringCase("Connection: close");
                    if (line.regionMatches(true, 0, "Content-Length: ", 0, 16)) {
                        length = Integer.parseInt(line.substring(16));
                    }
                }
                assertThat(reader.skip(length)).isEqualTo(length);
            }
        }
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

    /** As the client whose API key is {@code key}. */
    private HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(request(service.port(), path), (name, value) -> true)
                .header("X-Api-Key", key)
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(get(service.managementPort(), "/loadline").body());
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

    private static void assertProblem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(JSON.readTree(response.body()).at("/status").asInt()).isEqualTo(status);
    }

    private static void assertUp(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).at("/status").asString()).isEqualTo("UP");
    }

    private static void assertPrometheus(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(response.body())
                .contains("# TYPE http_server_requests_seconds summary")
                .contains("hikaricp_connections_max{");
    }
}
