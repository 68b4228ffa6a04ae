/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.limit.Route;
import io.loadline.limit.RouteLimits;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds on every server for a service whose limit is one request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class AdmissionContract {
    private final Server server;
    private final JsonMapper json = new JsonMapper();
    private final String[] properties;
    private Service service;

    protected AdmissionContract(Server server, String... properties) {
        this.server = server;
        this.properties = Stream.concat(
                        Stream.of(
                                "loadline.limit.initial=1",
                                "loadline.limit.exclude=/static/**",
                                "loadline.limit.criticality.sheddable-plus=GET /context",
                                "loadline.limit.criticality.critical=/**",
                                "loadline.limit.exclude-user-agents=Checker/"),
                        Stream.of(properties))
                .toArray(String[]::new);
    }

    @BeforeAll
    void start() {
        service = Service.start(HeldApplication.class, server, properties);
    }

    /** A call that is not in flight any more is counted a moment later: not in the next test. */
    @AfterEach
    void awaitCounted() {
        AtomicReference<LimiterStats> last = new AtomicReference<>(LimiterStats.ZERO);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            LimiterStats now = service.stats();
            return service.inFlight() == 0 && now.equals(last.getAndSet(now));
        });
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void request_beyondTheLimit_getsAProblem() {
        try (Held held = new Held()) {
            Answer refused = Wire.get(service.port(), "/orders/1");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(refused.header("retry-after"))).isPositive();
            JsonNode problem = json.readTree(refused.body());
            assertThat(problem.get("status").intValue()).isEqualTo(503);
            assertThat(problem.get("reason").stringValue()).isEqualTo("limit");
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void context_isKnownToTheHandler() {
        String onThread = " " + (server.type() == WebApplicationType.SERVLET);
        assertThat(context()).isEqualTo("SHEDDABLE_PLUS false" + onThread);
        assertThat(context("Criticality: critical-plus")).isEqualTo("SHEDDABLE_PLUS false" + onThread);
        assertThat(context("X-Request-Timeout: 60", "Criticality: Sheddable")).isEqualTo("SHEDDABLE true" + onThread);
        assertThat(context("baggage: a=b", "grpc-timeout: 1M", "baggage: criticality=sheddable"))
                .isEqualTo("SHEDDABLE true" + onThread);
    }

    private String context(String... headers) {
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        return Wire.get(service.port(), "/context", headers).body();
    }

    @Test
    void request_whoseDeadlineHasPassed_isRefused() {
        awaitCounted();
        LimiterStats before = service.stats();
        Answer late = Wire.get(service.port(), "/orders/1", "grpc-timeout: 1n");
        assertThat(late.status()).isEqualTo(503);
        assertThat(json.readTree(late.body()).get("reason").stringValue()).isEqualTo("deadline");
        assertThat(service.stats().minus(before)).isEqualTo(new LimiterStats(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0));
        assertThat(service.loadline()
                        .limiter()
                        .statsByCriticality()
                        .get(Criticality.CRITICAL)
                        .expired())
                .isPositive();
    }

    @Test
    void request_thatIsTriedAgain_isCountedAsThatToo() {
        awaitCounted();
        LimiterStats before = service.stats();
        assertThat(Wire.get(service.port(), "/orders/1", "x-envoy-attempt-count: 1")
                        .status())
                .isEqualTo(200);
        // A client has its answer a little before its place is free, and there are few places.
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        assertThat(Wire.get(service.port(), "/orders/1", "x-envoy-attempt-count: 2")
                        .status())
                .isEqualTo(200);
        service.awaitEnded(before, new LimiterStats(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    }

    /** What the JDK's HttpClient asks for by default is answered as if it had not asked. */
    @Test
    void upgradeToHttp2_thatIsNotMade_isASuccess() {
        String[] upgrade = {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB"};
        assertThat(Wire.get(service.port(), "/upgraded", upgrade).status()).isEqualTo(200);
        ConcurrencyLimiter limiter = service.loadline().limiter();
        await().untilAsserted(() ->
                assertThat(limiter.stats(limiter.route("GET /upgraded"))).isEqualTo(Service.one(Outcome.SUCCESS)));
    }

    @Test
    void request_beyondTheCapOfItsRoute_isToldSo() {
        ConcurrencyLimiter limiter = service.loadline().limiter();
        limiter.limits("GET /held", RouteLimits.NONE.cap(1));
        try (Held held = new Held()) {
            Answer refused = Wire.get(service.port(), "/held?gate=never");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(json.readTree(refused.body()).get("reason").stringValue())
                    .isEqualTo("route_cap");
            assertThat(held.since().capped()).isOne();
            assertThat(held.since().shed()).isZero();
        } finally {
            limiter.limits("GET /held", RouteLimits.NONE);
        }
    }

    @Test
    void head_beyondTheLimit_hasNoBody() {
        try (Held held = new Held();
                Wire wire = new Wire(service.port())) {
            Answer head = wire.send("HEAD", "/orders/1").read("HEAD");
            assertThat(head.status()).isEqualTo(503);
            assertThat(head.header("content-length")).isNotEqualTo("0");
            // Were there a body, it would be taken for the next response; Tomcat closes the connection after a 503.
            assertThat(
                            "close".equals(head.header("connection"))
                                    ? wire.isClosedByServer()
                                    : wire.get("/livez").status() == 200)
                    .isTrue();
            assertThat(held.since().shed()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/livez",
                "/readyz",
                "/startupz",
                "/actuator/health",
                "/actuator/health/startup",
                "/actuator/loadline",
                "/actuator/loadline/startup",
                "/actuator/loadline/memory",
                "/actuator/loadline/advice",
                "/actuator/loadline/advice.yaml",
                "/actuator/loadline/settings",
                "/loadline",
                "/loadline/load",
                "/loadline/startup",
                "/loadline/memory",
                "/loadline/advice",
                "/loadline/advice.yaml",
                "/loadline/settings",
                "/static/logo"
            })
    void untouchedPath_beyondTheLimit_isServedAndNotCounted(String path) {
        try (Held held = new Held()) {
            assertThat(Wire.get(service.port(), path).status()).isEqualTo(200);
            assertThat(held.since()).isEqualTo(LimiterStats.ZERO);
        }
    }

    @Test
    void excludedUserAgent_beyondTheLimit_isServedAndNotCounted() {
        try (Held held = new Held()) {
            Answer checked = Wire.get(service.port(), "/orders/1", "User-Agent: Checker/2.0");
            assertThat(checked.status()).isEqualTo(200);
            assertThat(held.since()).isEqualTo(LimiterStats.ZERO);
            assertThat(Wire.get(service.port(), "/orders/1", "User-Agent: The Checker/2.0")
                            .status())
                    .isEqualTo(503);
        }
    }

    /** What counts is not for clients to choose. */
    @Test
    void request_whoseClientWouldTakeAStream_countsAsAnyOther() {
        try (Held held = new Held("Accept: text/event-stream, application/json")) {
            assertThat(Wire.get(service.port(), "/orders/1").status()).isEqualTo(503);
            assertThat(service.inFlight()).isOne();
            assertThat(service.longLived()).isZero();
            assertThat(held.since().shed()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/livez/", "/livez;a=b", "/%6civez", "//livez", "/actuatorx", "/loadline/x", "/staticx/logo"})
    void otherSpelling_beyondTheLimit_isRefused(String path) {
        try (Held held = new Held()) {
            int status = Wire.get(service.port(), path).status();
            // Jetty itself refuses what is ambiguous.
            assertThat(status).isIn(503, 400);
            assertThat(held.since().shed()).isEqualTo(status == 503 ? 1 : 0);
            assertThat(held.since().completed()).isZero();
        }
    }

    @Test
    void reads_areJsonThatIsNotCached() {
        Map<String, String> members = Map.of(
                "/loadline", "load",
                "/loadline/load", "load",
                "/loadline/startup", "stages",
                "/loadline/memory", "footprintTrend",
                "/loadline/settings", "history",
                "/loadline/advice", "checklist");
        members.forEach((path, member) -> {
            Answer answer = Wire.get(service.port(), path);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(json.readTree(answer.body()).has(member)).isTrue();
            if (path.lastIndexOf('/') > 0 && !path.endsWith("/load")) {
                Answer same = Wire.get(service.port(), "/actuator" + path);
                assertThat(same.header("content-type")).isEqualTo("application/json");
                assertThat(json.readTree(same.body()).has(member)).isTrue();
            }
        });
        Answer yaml = Wire.get(service.port(), "/loadline/advice.yaml");
        assertThat(yaml.header("content-type")).isEqualTo("application/yaml");
        assertThat(yaml.body()).startsWith("#");
        try (Wire wire = new Wire(service.port())) {
            assertThat(wire.send("HEAD", "/loadline").read("HEAD").status()).isEqualTo(200);
            Answer deleted = wire.send("DELETE", "/loadline").read("DELETE");
            assertThat(deleted.status()).isEqualTo(405);
            assertThat(deleted.header("allow")).isEqualTo("GET, HEAD");
            assertThat(wire.send("POST", "/loadline/settings").read("POST").status())
                    .isEqualTo(405);
        }
    }

    @ParameterizedTest
    @MethodSource("hostileHeaders")
    void hostileHeader_changesNothing(String header) {
        LimiterStats before = service.stats();
        List<Route> routes = List.copyOf(service.loadline().limiter().routes());
        Answer answer = Wire.get(service.port(), "/orders/1", header);
        // The server itself may refuse what is not HTTP.
        assertThat(answer.status()).isIn(200, 400, 431);
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        assertThat(service.stats().minus(before).completed()).isLessThanOrEqualTo(1);
        assertThat(service.loadline().limiter().routes())
                .extracting(Route::name)
                .allMatch(name ->
                        name.equals("GET /orders/{id}") || routes.toString().contains(name));
    }

    static List<String> hostileHeaders() {
        String huge = "9".repeat(6_000);
        return List.of("X-Request-Timeout: ", "Criticality: ", "X-Request-Id: ").stream()
                .flatMap(name -> List.of(
                                "",
                                huge,
                                "-1",
                                "1e999",
                                "NaN",
                                "0x10",
                                "\u0001\u0007\u007f",
                                "\u00ff\u00fe",
                                "a\tb",
                                "%00")
                        .stream()
                        .map(value -> name + value))
                .toList();
    }

    @Test
    void distinctPaths_takeTheOtherRoute() {
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        LimiterStats before = service.stats();
        int routes = service.loadline().limiter().routes().size();
        for (int connection = 0; connection < 20; connection++) {
            try (Wire wire = new Wire(service.port())) {
                for (int i = 0; i < 50; i++) {
                    assertThat(wire.get("/made-up/" + connection + "/" + i).status())
                            .isEqualTo(404);
                }
            }
        }
        // A call that is not in flight any more may be counted a moment later: one of another test's may be among
        // these.
        await().untilAsserted(() ->
                assertThat(service.stats().minus(before).succeeded()).isGreaterThanOrEqualTo(1_000));
        assertThat(service.loadline().limiter().routes()).hasSize(routes);
    }

    /** The one request the limit admits. */
    private final class Held implements AutoCloseable {
        private final Wire wire = new Wire(service.port());
        private final Gate gate;
        private final LimiterStats before;

        Held(String... headers) {
            await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
            String name = Gate.newName();
            gate = Gate.of(name);
            wire.send("GET", "/held?gate=" + name, headers);
            gate.awaitArrival();
            before = service.stats();
        }

        LimiterStats since() {
            return service.stats().minus(before);
        }

        @Override
        public void close() {
            gate.open();
            assertThat(wire.read("GET").body()).contains("opened");
            wire.close();
        }
    }
}
