/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What is seen in the traces of a service whose limit is one request, on every server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class TracingContract {
    private static final String PARENT = "00f067aa0ba902b7";

    private final Server server;
    private final Class<?> application;
    private final BlockingQueue<String> outward = new LinkedBlockingQueue<>();
    private HttpServer inventory;
    private Service service;
    private int traces;

    /** Its application asks the inventory when it is asked for {@code /stock}. */
    protected TracingContract(Server server, Class<?> application) {
        this.server = server;
        this.application = application;
    }

    @BeforeAll
    void start() throws IOException {
        inventory = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        inventory.createContext("/", exchange -> {
            outward.add(String.valueOf(exchange.getRequestHeaders().get("traceparent")));
            exchange.sendResponseHeaders(200, 6);
            exchange.getResponseBody().write("answer".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        inventory.start();
        String address = "127.0.0.1:" + inventory.getAddress().getPort();
        service = Service.start(
                application,
                server,
                "test.inventory=http://" + address,
                "loadline.limit.initial=1",
                "loadline.limit.waiting.max-wait=1h",
                "loadline.limit.waiting.platform-threads=true",
                "loadline.guard.dependencies.inventory.hosts=" + address,
                "loadline.guard.quota.limit=1",
                "loadline.guard.quota.period=1h",
                "loadline.guard.quota.key=header:X-Api-Key",
                "loadline.guard.quota.missing-keys=admit");
    }

    /** The permit of a request comes back a moment after its response, and the next one would wait for it. */
    @BeforeEach
    protected final void awaitIdle() {
        await().pollInterval(Duration.ofMillis(10)).until(() -> service.inFlight() == 0);
    }

    @AfterAll
    void stop() {
        service.close();
        inventory.stop(0);
    }

    @Test
    void request_thatIsServed_tellsNothing() {
        String trace = newTrace();
        assertThat(get("/orders/1", trace).status()).isEqualTo(200);
        SpanData request = span(trace, SpanKind.SERVER);
        assertThat(request.getParentSpanId()).isEqualTo(PARENT);
        assertThat(request.getEvents()).isEmpty();
        assertThat(attributes(request)).isEmpty();
    }

    @Test
    void request_thatWaits_tellsForHowLong() {
        String trace = newTrace();
        Gate gate = hold();
        try (Wire waiting = new Wire(service.port())) {
            waiting.send("GET", "/orders/1", traceparent(trace));
            awaitWaiting();
            gate.open();
            assertThat(waiting.read("GET").status()).isEqualTo(200);
        }
        SpanData request = span(trace, SpanKind.SERVER);
        assertThat(request.getEvents()).extracting(EventData::getName).containsExactly("loadline.waited");
        assertThat(attributes(request)).containsOnlyKeys("loadline.wait.ms");
        assertThat(Double.parseDouble(attributes(request).get("loadline.wait.ms")))
                .isBetween(0.001, 60_000.0);
    }

    @Test
    void request_thatIsRefused_tellsWhy() {
        String trace = newTrace();
        service.loadline().settings().change(Map.of("loadline.limit.waiting.max-waiters", "0"), "test");
        Gate gate = hold();
        try {
            assertThat(get("/orders/1", trace).status()).isEqualTo(503);
        } finally {
            gate.open();
            service.loadline().settings().change(Map.of("loadline.limit.waiting.max-waiters", "1"), "test");
        }
        SpanData request = span(trace, SpanKind.SERVER);
        assertThat(request.getParentSpanId()).isEqualTo(PARENT);
        assertThat(request.getEvents()).extracting(EventData::getName).containsExactly("loadline.shed");
        assertThat(attributes(request)).isEqualTo(Map.of("loadline.shed.reason", "limit"));
    }

    @Test
    void request_ofAClientWithoutQuota_tellsThat() {
        String trace = newTrace();
        assertThat(get("/orders/1", newTrace(), "X-Api-Key: anna").status()).isEqualTo(200);
        awaitIdle();
        assertThat(get("/orders/1", trace, "X-Api-Key: anna").status()).isEqualTo(429);
        SpanData request = span(trace, SpanKind.SERVER);
        assertThat(request.getEvents()).extracting(EventData::getName).containsExactly("loadline.quota.refused");
        assertThat(attributes(request)).isEqualTo(Map.of("loadline.quota", "http"));
    }

    @Test
    void callThatAGuardRefuses_tellsThat_andTheTraceThatGoesOnIsLeftAlone() throws Exception {
        String trace = newTrace();
        assertThat(get("/stock", trace).body()).isEqualTo("answer");
        SpanData call = span(trace, SpanKind.CLIENT);
        assertThat(outward.take()).isEqualTo("[00-" + trace + "-" + call.getSpanId() + "-01]");
        assertThat(attributes(call)).isEmpty();

        String refused = newTrace();
        CircuitBreaker breaker = service.loadline().guards().guard("inventory").circuitBreaker();
        breaker.transitionToOpenState();
        awaitIdle();
        LimiterStats before = service.stats();
        assertThat(get("/stock", refused).status()).isEqualTo(500);
        // The limiter was told that it was the dependency, or it would count the call as one that capacity was short
        // for.
        service.awaitEnded(before, Service.one(Outcome.IGNORED));
        call = span(refused, SpanKind.CLIENT);
        SpanData request = span(refused, SpanKind.SERVER);
        assertThat(call.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(call.getEvents()).extracting(EventData::getName).contains("loadline.guard.refused");
        assertThat(attributes(call))
                .isEqualTo(Map.of("loadline.guard.dependency", "inventory", "loadline.guard.reason", "breaker_open"));
        assertThat(attributes(request)).isEmpty();
        assertThat(outward).isEmpty();

        SpanData opened = span(each -> each.getName().equals("loadline.guard.state inventory open"));
        assertThat(opened.getParentSpanContext().isValid()).isFalse();
        breaker.transitionToClosedState();
        span(each -> each.getName().equals("loadline.guard.state inventory closed"));
    }

    /** Last, since no request is served after it. */
    @Test
    @Order(Integer.MAX_VALUE)
    void drain_isASpan() {
        service.loadline().drain().drain("test", Settling.SKIP);
        SpanData drain = span(each -> each.getName().equals("loadline.drain"));
        assertThat(drain.getEvents())
                .extracting(EventData::getName)
                .containsExactly(
                        "loadline.drain.announcing",
                        "loadline.drain.settling",
                        "loadline.drain.quiescing",
                        "loadline.drain.closing");
        assertThat(attributes(drain))
                .isEqualTo(Map.of("loadline.drain.outcome", "idle", "loadline.drain.inflight", "0"));
    }

    protected final Service service() {
        return service;
    }

    /** A request holds the only permit until the gate opens. */
    protected final Gate hold() {
        String name = Gate.newName();
        Gate gate = Gate.of(name);
        // Its connection is closed when the response has been read by nobody.
        new Wire(service.port()).send("GET", "/held?gate=" + name);
        gate.awaitArrival();
        return gate;
    }

    /** Also for a time that is worth telling. */
    protected final void awaitWaiting() {
        for (int i = 0; i < 2; i++) {
            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> service.loadline().limiter().waiting().waiting() == 1);
        }
    }

    private String newTrace() {
        return "4bf92f3577b34da6a3ce929d0e%06x".formatted(++traces);
    }

    private static String traceparent(String trace) {
        return "traceparent: 00-" + trace + "-" + PARENT + "-01";
    }

    private Answer get(String path, String trace, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = traceparent(trace);
        System.arraycopy(headers, 0, all, 1, headers.length);
        return Wire.get(service.port(), path, all);
    }

    /** It ends a moment after its response. */
    private SpanData span(String trace, SpanKind kind) {
        return span(each -> each.getTraceId().equals(trace) && each.getKind() == kind);
    }

    private SpanData span(Predicate<SpanData> wanted) {
        AtomicReference<SpanData> found = new AtomicReference<>();
        await().untilAsserted(() -> {
            List<SpanData> matching = service.bean(InMemorySpanExporter.class).getFinishedSpanItems().stream()
                    .filter(wanted)
                    .toList();
            assertThat(matching).hasSize(1);
            found.set(matching.get(0));
        });
        return Objects.requireNonNull(found.get());
    }

    /** Loadline's own. */
    private static Map<String, String> attributes(SpanData span) {
        Map<String, String> own = new HashMap<>();
        span.getAttributes().forEach((key, value) -> {
            if (key.getKey().startsWith("loadline.")) {
                own.put(key.getKey(), String.valueOf(value));
            }
        });
        return own;
    }
}
