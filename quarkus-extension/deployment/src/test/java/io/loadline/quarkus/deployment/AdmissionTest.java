/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.RouteLimits;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.net.URL;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for a service whose limit is one request. */
@TestMethodOrder(OrderAnnotation.class)
class AdmissionTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.application.name", "shop")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1")
            .overrideConfigKey("quarkus.loadline.limit.max-streams", "1")
            .overrideConfigKey("quarkus.loadline.limit.exclude", "/status/**,/empty")
            .overrideConfigKey("quarkus.loadline.limit.exclude-user-agents", "Checker/")
            .overrideConfigKey("quarkus.loadline.limit.criticality.sheddable-plus", "GET /context")
            .overrideConfigKey("quarkus.loadline.drain.long-lived", "/changes/**")
            .overrideConfigKey("quarkus.loadline.drain.farewell", "10s");

    private final ObjectMapper json = new ObjectMapper();

    @Inject
    Loadline loadline;

    @Inject
    Vertx vertx;

    @TestHTTPResource
    URL url;

    @AfterEach
    void awaitCounted() {
        Held.awaitCounted(loadline);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/held", "/held-uni", "/streamed"})
    void request_beyondTheLimit_getsAProblem(String path) throws Exception {
        try (Held held = new Held(loadline, url.getPort(), path)) {
            Answer refused = Wire.get(url.getPort(), "/orders/1");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(refused.header("retry-after"))).isPositive();
            JsonNode problem = json.readTree(refused.body());
            assertThat(problem.get("status").intValue()).isEqualTo(503);
            assertThat(problem.get("reason").textValue()).isEqualTo("limit");
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void handler_runsOnItsWorker() {
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(held.finish().body()).isEqualTo("opened");
        }
    }

    @Test
    void context_isKnownToTheHandler() {
        assertThat(context()).isEqualTo("SHEDDABLE_PLUS false");
        assertThat(context("Criticality: critical-plus")).isEqualTo("SHEDDABLE_PLUS false");
        assertThat(context("X-Request-Timeout: 60", "Criticality: Sheddable")).isEqualTo("SHEDDABLE true");
        assertThat(context("baggage: a=b", "grpc-timeout: 1M", "baggage: criticality=sheddable"))
                .isEqualTo("SHEDDABLE true");
        Held.awaitCounted(loadline);
        assertThat(Wire.get(url.getPort(), "/context-uni", "Criticality: Sheddable")
                        .body())
                .isEqualTo("SHEDDABLE false true");
    }

    /** Of a timer, or a verticle: Quarkus lets nobody look at what such a context has. */
    @Test
    void context_whereNoRequestIsServed_isNone() {
        CompletableFuture<CallContext> found = new CompletableFuture<>();
        vertx.getOrCreateContext().runOnContext(unused -> {
            try {
                found.complete(CallContext.current());
            } catch (Throwable e) {
                found.completeExceptionally(e);
            }
        });
        assertThat(found).succeedsWithin(Duration.ofSeconds(10)).isSameAs(CallContext.NONE);
    }

    private String context(String... headers) {
        Held.awaitCounted(loadline);
        return Wire.get(url.getPort(), "/context", headers).body();
    }

    @Test
    void request_whoseDeadlineHasPassed_isRefused() throws Exception {
        Answer late = Wire.get(url.getPort(), "/orders/1", "grpc-timeout: 1n");
        assertThat(late.status()).isEqualTo(503);
        assertThat(json.readTree(late.body()).get("reason").textValue()).isEqualTo("deadline");
    }

    @Test
    void request_beyondTheCapOfItsRoute_isToldSo() throws Exception {
        ConcurrencyLimiter limiter = loadline.limiter();
        limiter.limits("GET /held", RouteLimits.NONE.cap(1));
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            Answer refused = Wire.get(url.getPort(), "/held?gate=never");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(json.readTree(refused.body()).get("reason").textValue()).isEqualTo("route_cap");
            assertThat(held.since().capped()).isOne();
        } finally {
            limiter.limits("GET /held", RouteLimits.NONE);
        }
    }

    /** What counts is not for clients to choose. */
    @Test
    void request_thatAsksForMore_countsAsAnyOther() {
        String[] headers = {"Accept: text/event-stream, text/plain", "Upgrade: websocket", "Connection: Upgrade"};
        try (Held held = new Held(loadline, url.getPort(), "/held", headers)) {
            assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(503);
            assertThat(loadline.limiter().inFlight()).isOne();
            assertThat(loadline.drain().longLived().count()).isZero();
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void eventStreams_beyondTheirBound_areRefused() throws Exception {
        try (Held held = new Held(loadline, url.getPort(), "/sse")) {
            Answer refused = Wire.get(url.getPort(), "/sse?gate=never");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(json.readTree(refused.body()).get("reason").textValue()).isEqualTo("route_cap");
            assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(200);
            assertThat(held.finish().body()).contains("hello", "opened");
        }
        await().until(() -> loadline.limiter().streams().open() == 0);
    }

    @Test
    void head_beyondTheLimit_hasNoBody() {
        try (Held held = new Held(loadline, url.getPort(), "/held");
                Wire wire = new Wire(url.getPort())) {
            Answer head = wire.send("HEAD", "/orders/1").read("HEAD");
            assertThat(head.status()).isEqualTo(503);
            assertThat(head.header("content-length")).isNotEqualTo("0");
            // Were there a body, it would be taken for the next response.
            assertThat(wire.get("/loadline").status()).isEqualTo(200);
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void body_ofARefusedRequest_isSkipped() {
        try (Held held = new Held(loadline, url.getPort(), "/held");
                Wire wire = new Wire(url.getPort())) {
            String body = "x".repeat(50_000);
            wire.send("POST", "/orders", "Content-Type: text/plain", "Content-Length: " + body.length())
                    .raw(body);
            assertThat(wire.read("POST").status()).isEqualTo(503);
            assertThat(wire.get("/loadline").status()).isEqualTo(200);
            assertThat(held.since().shed()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/health",
                "/q/health/live",
                "/q/health/ready",
                "/q/health/started",
                "/q/metrics",
                "/loadline",
                "/loadline/load",
                "/loadline/startup",
                "/loadline/memory",
                "/loadline/advice",
                "/loadline/advice.yaml",
                "/loadline/settings",
                "/empty"
            })
    void untouchedPath_beyondTheLimit_isServedAndNotCounted(String path) {
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(Wire.get(url.getPort(), path).status()).isBetween(200, 204);
            assertThat(held.since()).isEqualTo(LimiterStats.ZERO);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/../orders/1", "/%71/health", "/loadline/", "/loadline;a=b", "/qx", "/statusx"})
    void otherSpelling_beyondTheLimit_isRefused(String path) {
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(Wire.get(url.getPort(), path).status()).isEqualTo(503);
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void excludedUserAgent_beyondTheLimit_isServedAndNotCounted() {
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(Wire.get(url.getPort(), "/orders/1", "User-Agent: Checker/2.0")
                            .status())
                    .isEqualTo(200);
            assertThat(held.since()).isEqualTo(LimiterStats.ZERO);
        }
    }

    @Test
    void reads_areJsonThatIsNotCached() throws Exception {
        Map<String, String> members = Map.of(
                "/loadline", "load",
                "/loadline/load", "load",
                "/loadline/startup", "stages",
                "/loadline/memory", "footprintTrend",
                "/loadline/settings", "history",
                "/loadline/advice", "checklist");
        for (Map.Entry<String, String> each : members.entrySet()) {
            Answer answer = Wire.get(url.getPort(), each.getKey());
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(json.readTree(answer.body()).has(each.getValue())).isTrue();
        }
        Answer yaml = Wire.get(url.getPort(), "/loadline/advice.yaml");
        assertThat(yaml.header("content-type")).isEqualTo("application/yaml");
        assertThat(yaml.body()).startsWith("#");
        try (Wire wire = new Wire(url.getPort())) {
            assertThat(wire.send("HEAD", "/loadline").read("HEAD").status()).isEqualTo(200);
            assertThat(wire.send("DELETE", "/loadline").read("DELETE").status()).isEqualTo(405);
        }
    }

    @Test
    void loadReport_isSentToWhoAsksForIt() {
        assertThat(Wire.get(url.getPort(), "/orders/1", "endpoint-load-metrics-format: text")
                        .headers())
                .containsKey("endpoint-load-metrics");
        assertThat(Wire.get(url.getPort(), "/orders/1").headers()).doesNotContainKey("endpoint-load-metrics");
    }

    @Test
    void meters_areThoseOfTheService() {
        assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(200);
        assertThat(Wire.get(url.getPort(), "/q/metrics").body())
                .contains("loadline_limit_calls", "loadline_info{application=\"shop\"")
                .contains("route=\"GET /orders/{id}\"");
    }

    @Test
    void health_tellsTheState() throws Exception {
        await().untilAsserted(() ->
                assertThat(Wire.get(url.getPort(), "/q/health/ready").status()).isEqualTo(200));
        JsonNode health = json.readTree(Wire.get(url.getPort(), "/q/health").body());
        assertThat(health.at("/checks"))
                .extracting(check -> check.at("/name").asText() + " "
                        + check.at("/data/state").asText())
                .contains("Loadline liveness READY", "Loadline readiness READY", "Loadline startup READY");
    }

    /** Nothing is admitted afterwards. */
    @Test
    @Order(Integer.MAX_VALUE)
    void drain_servesThenRefusesAndSaysFarewell() {
        loadline.limiter().streams().max(2);
        try (Wire idle = new Wire(url.getPort());
                Held poll = new Held(loadline, url.getPort(), "/changes");
                Held events = new Held(loadline, url.getPort(), "/sse");
                Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(idle.get("/loadline").headers()).doesNotContainKey("connection");

            loadline.drain().drainAsync("test", Settling.SKIP);

            // Long polls are answered, streams end; what runs goes on.
            Answer answered = poll.wire().read("GET");
            assertThat(answered.status()).isEqualTo(503);
            assertThat(answered.body()).contains("\"draining\"");
            assertThat(events.wire().read("GET").body()).contains("hello").doesNotContain("opened");
            assertThat(events.wire().isClosedByServer()).isTrue();
            await().until(() -> loadline.drain().longLived().count() == 0);

            Answer refused = idle.get("/orders/1");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"draining\"");
            assertThat(refused.header("connection")).isEqualTo("close");
            Answer probe = Wire.get(url.getPort(), "/q/health/ready");
            assertThat(probe.status()).isEqualTo(503);
            assertThat(probe.header("connection")).isEqualTo("close");
            assertThat(Wire.get(url.getPort(), "/q/health/live").status()).isEqualTo(200);

            Answer finished = held.finish();
            assertThat(finished.body()).isEqualTo("opened");
            assertThat(finished.header("connection")).isEqualTo("close");
            assertThat(held.wire().isClosedByServer()).isTrue();
            assertThat(loadline.drain().drained().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
        }
    }
}
