/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.loadline.testing.Promtool;
import io.loadline.testing.SampleProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the jar with quotas, an optional feature, a guarded dependency and settings that change while it runs. */
@Timeout(120)
class GuardedOrdersIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SETTINGS = "loadline.properties";
    private static final int LIMIT = 5;

    /** A small quota, and a feature that a busy machine does not turn off. */
    private static final String ALWAYS = """
            loadline.guard.quota.limit=%d
            loadline.guard.degradation.features.recommendations.off-above=1000
            """.formatted(LIMIT);

    private static final String PARTNER = "harbour";
    private static final String REPORT = "/reports/sales";

    @TempDir
    static Path mount;

    private static int versions;
    private static HttpServer inventory;
    private static SampleProcess service;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void startService() throws Exception {
        mount(ALWAYS);
        inventory = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        inventory.createContext("/stock/", exchange -> {
            byte[] body = "12 in stock".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        inventory.start();
        Map<String, String> environment = new HashMap<>(NamedMetrics.environment());
        environment.putAll(Map.of(
                "SPRING_PROFILES_ACTIVE",
                "guards,inventory",
                "INVENTORY_HOST",
                "localhost:" + inventory.getAddress().getPort(),
                "SETTINGS_DIR",
                mount.toString(),
                "LOADLINE_STARTUP_GATE_MAXWAIT",
                "0s",
                "LOADLINE_SIGNAL_FORECAST_ENABLED",
                "true",
                // A load is published at once, though nobody asks much here.
                "LOADLINE_LIMIT_WARMUP_DURATION",
                "0s",
                "LOADLINE_LIMIT_WARMUP_CALLS",
                "0"));
        service = SampleProcess.start(environment, "Started OrdersApplication");
        service.awaitReady();
    }

    @AfterAll
    static void stopService() {
        if (service != null) {
            service.close();
        }
        inventory.stop(0);
    }

    @Test
    void client_overItsQuota_isTold429AndWhenToComeAgainWhileOthersAreServed() throws Exception {
        for (int i = 0; i < LIMIT; i++) {
            assertThat(get("/orders/1", "a").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> refused = get("/orders/1", "a");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After"))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(1, 60));
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(JSON.readTree(refused.body()).at("/reason").asString()).isEqualTo("quota");
        assertThat(get("/orders/1", "b").statusCode()).isEqualTo(200);
        for (int i = 0; i <= LIMIT; i++) {
            assertThat(get("/orders/1", PARTNER).statusCode()).as("a partner").isEqualTo(200);
        }
        JsonNode quota = status().at("/quotas/0");
        assertThat(quota.at("/limit/permits").asInt())
                .as("by the mounted settings")
                .isEqualTo(LIMIT);
        assertThat(quota.at("/classes/partner/permits").asInt()).isEqualTo(1200);
        assertThat(quota.at("/refused").asInt()).isPositive();
        assertThat(status().at("/explanation").asString()).contains("Quota http has refused ");
    }

    @Test
    void report_beyondWhatAClientMayAsk_isRefusedAndCostsItNothingElse() throws Exception {
        HttpResponse<String> report = get(REPORT, "c");
        assertThat(report.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(report.body()).at("/0/city").asString()).isEqualTo("Bergen");
        assertThat(get(REPORT, "c").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = get(REPORT, "c");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After"))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(1, 10));
        assertThat(get("/orders/1", "c").statusCode()).isEqualTo(200);
        assertThat(status().at("/quotas/0/routes")
                        .get("GET " + REPORT)
                        .at("/refused")
                        .asInt())
                .isPositive();
        assertThat(get("/metrics", "c").body())
                .containsPattern("loadline_quota_route_requests_total\\{[^}]*route=\"GET /reports/sales\"[^}]*} [1-9]");
        assertThat(management("/actuator/loadline/settings").at("/settings")).anySatisfy(setting -> {
            assertThat(setting.at("/key").asString()).contains("GET /reports/sales", ".cap-share");
            assertThat(setting.at("/value").asString()).isEqualTo("0.25");
        });
    }

    @Test
    void recommendations_turnedOffByTheMountedSettings_goAndComeBack() throws Exception {
        assertThat(recommendations()).isNotEmpty();
        assertThat(status().at("/degradation/features/0/allowed").asBoolean()).isTrue();

        mount(ALWAYS + "loadline.guard.degradation.features.recommendations.force=off\n");
        awaitSeconds(10).untilAsserted(() -> assertThat(recommendations()).isEmpty());
        JsonNode off = status();
        assertThat(off.at("/degradation/features/0/name").asString()).isEqualTo("recommendations");
        assertThat(off.at("/degradation/features/0/allowed").asBoolean()).isFalse();
        assertThat(off.at("/degradation/features/0/forced").asBoolean()).isTrue();
        assertThat(off.at("/degradation/features/0/withheld").asInt()).isPositive();
        assertThat(off.at("/explanation").asString()).contains("recommendations is off");

        mount(ALWAYS);
        awaitSeconds(10).untilAsserted(() -> assertThat(recommendations()).isNotEmpty());
        assertThat(status().at("/degradation/features/0/forced").asBoolean()).isFalse();
    }

    @Test
    void dependency_behindItsGuard_isTold() throws Exception {
        assertThat(JSON.readTree(get("/orders/42/stock", PARTNER).body())
                        .at("/stock")
                        .asString())
                .isEqualTo("12 in stock");

        JsonNode guard = status().at("/guards/0");
        assertThat(guard.at("/name").asString()).isEqualTo("inventory");
        assertThat(guard.at("/state").asString()).isEqualTo("closed");
        assertThat(guard.at("/calls").asInt()).isPositive();
        assertThat(guard.at("/explanation").asString()).startsWith("Dependency inventory is closed, ");
    }

    @Test
    void metrics_namedInManifestsRulesAndDocuments_arePublished() throws Exception {
        assertThat(get("/orders/42/stock", PARTNER).statusCode()).isEqualTo(200);

        awaitSeconds(20).untilAsserted(() -> assertThat(prometheus()).contains("\nloadline_load "));
        String published = prometheus();
        assertThat(NamedMetrics.notIn(published)).isEmpty();
        assertThat(NamedMetrics.notIn(published.replace("loadline_load_percent", "loadline_load_percentage")))
                .as("a meter that got another name is missed")
                .anySatisfy(missing -> assertThat(missing).contains("scaled-object.yaml: loadline_load_percent"))
                .anySatisfy(missing -> assertThat(missing).contains("prometheus-rule.yaml: loadline_load_percent"));
        assertThat(NamedMetrics.notIn(published.replace("le=\"0.25\"", "le=\"0.3\"")))
                .as("an objective without a bucket, too")
                .anySatisfy(missing -> assertThat(missing).contains("prometheus-rule.yaml", "le=\"0.25\""));
    }

    @Test
    void metrics_ofLoadline_areAsPrometheusAdvises() throws Exception {
        Promtool.assumeInstalled();
        String families = prometheus()
                .lines()
                .filter(line -> line.matches("(# (HELP|TYPE) )?loadline_.*"))
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(families).contains("# HELP loadline_limit_calls ");
        assertThat(Promtool.run(mount, families, List.of("check", "metrics"))).isEmpty();
    }

    /** As the kubelet does it: a new directory, and a link to it renamed over the one before. */
    private static void mount(String settings) throws IOException {
        Path next = Files.createDirectory(mount.resolve("..version_" + ++versions));
        Path unused = Files.writeString(next.resolve(SETTINGS), settings);
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), next.getFileName());
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        if (!Files.isSymbolicLink(mount.resolve(SETTINGS))) {
            unused = Files.createSymbolicLink(mount.resolve(SETTINGS), Path.of("..data", SETTINGS));
        }
    }

    private static ConditionFactory awaitSeconds(int seconds) {
        return await().atMost(Duration.ofSeconds(seconds)).pollInterval(Duration.ofMillis(200));
    }

    /** Asked as a partner, who may ask often enough to wait for something. */
    private JsonNode recommendations() throws IOException, InterruptedException {
        HttpResponse<String> page = get("/orders/42/page", PARTNER);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(page.body()).at("/order/id").asInt()).isEqualTo(42);
        return JSON.readTree(page.body()).at("/recommendations");
    }

    private String prometheus() throws IOException, InterruptedException {
        return get(service.managementPort(), "/actuator/prometheus", PARTNER).body();
    }

    private JsonNode status() throws IOException, InterruptedException {
        return management("/actuator/loadline");
    }

    private JsonNode management(String path) throws IOException, InterruptedException {
        return JSON.readTree(get(service.managementPort(), path, PARTNER).body());
    }

    private HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return get(service.port(), path, key);
    }

    private HttpResponse<String> get(int port, String path, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .header("X-Api-Key", key)
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
