/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Permit;
import io.loadline.limit.Route;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The filter on the JDK's server with real connections; the limit is 1. */
class LimitingFilterTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final Availability availability = Availability.create(InstantSource.system());
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("filtered")
            .algorithm(() -> FixedLimit.of(1))
            .ticker(ticker)
            .build();
    private final DrainCoordinator drain =
            DrainCoordinator.builder(availability, limiter, heartbeat).build();
    private final Route work = limiter.route("/work");
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        // The errors of a handler are part of a test.
        thread.setUncaughtExceptionHandler((failed, e) -> {});
        return thread;
    });

    /** One permit for each request that has left the filter. */
    private final Semaphore filtered = new Semaphore(0);

    private HttpServer server;
    private HttpHandler handler = exchange -> answer(exchange, 200);
    private Function<HttpExchange, Route> routeOf = exchange -> work;
    private LimitingFilter limiting = new LimitingFilter(limiter, drain, exchange -> routeOf.apply(exchange));

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        HttpContext context = server.createContext("/work", exchange -> handler.handle(exchange));
        context.getFilters().add(new Filter() {
            @Override
            public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                try {
                    chain.doFilter(exchange);
                } finally {
                    filtered.release();
                }
            }

            @Override
            public String description() {
                return "counts";
            }
        });
        context.getFilters().add(new Filter() {
            @Override
            public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                limiting.doFilter(exchange, chain);
            }

            @Override
            public String description() {
                return limiting.description();
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void request_belowTheLimit_isServedAndKeepsItsConnection() throws Exception {
        try (RawConnection connection = connect()) {
            for (int i = 0; i < 3; i++) {
                RawConnection.Response response = connection.get("/work").response();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("done");
                assertThat(response.asksToClose()).isFalse();
                awaitFiltered();
            }
        }
        assertThat(limiter.stats(work)).isEqualTo(new LimiterStats(3, 0, 0, 0, 0, 0));
    }

    @Test
    void request_atTheLimit_isRefusedWithAProblem() throws Exception {
        try (Permit running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            RawConnection.Response response = connection.get("/work").response();

            assertThat(response.status()).isEqualTo(503);
            assertThat(response.head()).contains("Retry-after: 1", "Content-type: application/problem+json");
            assertThat(response.asksToClose()).isFalse();
            JsonNode problem = new ObjectMapper().readTree(response.body());
            assertThat(problem.get("status").intValue()).isEqualTo(503);
            assertThat(problem.get("reason").asString()).isEqualTo("limit");
            assertThat(connection.get("/work").response().status()).isEqualTo(503);
            assertThat(limiter.stats(work).shed()).isEqualTo(2);
            assertThat(running).isNotNull();
        }
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void request_atTheLimit_thatMayWait_isServedWhenItsTurnHasCome() throws Exception {
        limiting = limiting.waiting(Duration.ofHours(1));
        Permit running = Objects.requireNonNull(limiter.tryAcquire());
        try (RawConnection connection = connect()) {
            connection.get("/work");
            while (limiter.waiting().waiting() == 0) {
                Thread.onSpinWait();
            }
            running.close();
            assertThat(connection.response().status()).isEqualTo(200);
        }
    }

    @Test
    void request_thatWaitsWhenTheServiceLeaves_isRefusedAtOnce() throws Exception {
        limiting = limiting.waiting(Duration.ofHours(1));
        try (Permit running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            connection.get("/work");
            while (limiter.waiting().waiting() == 0) {
                Thread.onSpinWait();
            }
            limiter.refuseAll(() -> {});
            RawConnection.Response response = connection.response();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.body()).contains("\"reason\":\"draining\"");
            assertThat(running).isNotNull();
        }
    }

    @Test
    void waiting_forNoTime_isRefusedWithTheValue() {
        assertThatThrownBy(() -> limiting.waiting(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("atMost must be positive: PT0S");
    }

    @Test
    void request_atTheLimit_withHead_isRefusedWithoutABody() throws Exception {
        try (Permit running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            connection.send("HEAD /work HTTP/1.1\r\nHost: localhost\r\n\r\n");
            connection.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(connection.response().head().get(0)).contains("503");
            // Had the first a body, this would not begin with a status line.
            assertThat(connection.response().body()).contains("\"reason\":\"limit\"");
            assertThat(running).isNotNull();
        }
    }

    @Test
    void request_atTheLimit_withABody_isRefused() throws Exception {
        try (Permit running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            connection.send("POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(connection.response().status()).isEqualTo(503);
            assertThat(connection.get("/work").response().status()).isEqualTo(503);
            assertThat(running).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"200, 1, 0, 0", "404, 1, 0, 0", "500, 0, 1, 0", "503, 0, 0, 1", "504, 0, 0, 1"})
    void release_hasTheOutcomeOfTheStatus(int status, int succeeded, int ignored, int dropped) throws Exception {
        handler = exchange -> answer(exchange, status);
        try (RawConnection connection = connect()) {
            assertThat(connection.get("/work").response().status()).isEqualTo(status);
            awaitFiltered();
        }
        assertThat(limiter.stats(work)).isEqualTo(new LimiterStats(succeeded, ignored, dropped, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"runtime, 1, 0", "rejected, 0, 1", "error, 1, 0", "io, 1, 0"})
    void release_whenTheHandlerThrows_happensOnce(String kind, long ignored, long dropped) throws Exception {
        handler = exchange -> {
            switch (kind) {
                case "runtime" -> throw new IllegalStateException("mine");
                case "rejected" -> throw new RejectedExecutionException("mine");
                case "error" -> throw new AssertionError("mine");
                default -> throw new IOException("mine");
            }
        };
        for (int i = 1; i <= 3; i++) {
            try (RawConnection connection = connect()) {
                connection.get("/work");
                assertThatThrownBy(connection::response).isExactlyInstanceOf(IOException.class);
                awaitFiltered();
                assertThat(limiter.inFlight()).isZero();
                assertThat(limiter.stats(work)).isEqualTo(new LimiterStats(0, i * ignored, i * dropped, 0, 0, 0));
            }
        }
    }

    @Test
    void release_whenTheHandlerDoesNotAnswer_isIgnored() throws Exception {
        handler = exchange -> {};
        try (RawConnection connection = connect()) {
            connection.get("/work");
            awaitFiltered();
        }
        assertThat(limiter.stats(work)).isEqualTo(new LimiterStats(0, 1, 0, 0, 0, 0));
    }

    @Test
    void release_whenTheClientGoes_isIgnored() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        handler = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            entered.countDown();
            await(gone);
            try (OutputStream body = exchange.getResponseBody()) {
                byte[] block = new byte[65_536];
                for (int i = 0; i < 10_000; i++) {
                    body.write(block);
                }
            }
        };
        RawConnection connection = connect().get("/work");
        await(entered);
        connection.abort();
        gone.countDown();
        awaitFiltered();

        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats(work)).isEqualTo(new LimiterStats(0, 1, 0, 0, 0, 0));
    }

    @Test
    void route_thatIsNull_countsAsOther() throws Exception {
        routeOf = exchange -> null;
        try (RawConnection connection = connect()) {
            assertThat(connection.get("/work").response().status()).isEqualTo(200);
            awaitFiltered();
        }
        assertThat(limiter.stats(limiter.otherRoute()).succeeded()).isOne();
    }

    @Test
    void route_thatCanNotBeTold_countsAsOtherAndIsLoggedOnce() throws Exception {
        routeOf = exchange -> {
            throw new IllegalStateException("mine");
        };
        try (LogCapture log = LogCapture.of(LimitingFilter.class);
                RawConnection connection = connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(connection.get("/work").response().status()).isEqualTo(200);
                awaitFiltered();
            }
            assertThat(log.warnings()).hasSize(1);
        }
        assertThat(limiter.stats(limiter.otherRoute()).succeeded()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Request-Id: \u0001\u0002\u001b[31m",
                "X-Request-Timeout: -9223372036854775809",
                "X-Request-Timeout:",
                "X-Criticality: ' OR 1=1 --",
                "Connection: close, \u00ff\u00ff",
                "endpoint-load-metrics-format: \t\t,,,,",
                "HUGE"
            })
    void request_withAHostileHeader_isServedAsAnyOther(String header) throws Exception {
        String sent = header.equals("HUGE") ? "X-Request-Id: " + "x".repeat(100_000) : header;
        try (RawConnection connection = connect()) {
            assertThat(connection.get("/work", sent).response().status()).isEqualTo(200);
            awaitFiltered();
        }
        assertThat(limiter.stats(work).succeeded()).isOne();
        assertThat(limiter.routes()).hasSize(2);
    }

    @Test
    void headers_areTheContextOfTheHandler() throws Exception {
        AtomicReference<CallContext> seen = new AtomicReference<>();
        handler = exchange -> {
            seen.set(CallContext.current());
            answer(exchange, 200);
        };
        try (RawConnection connection = connect()) {
            connection.get("/work", "baggage: a=b\r\nX-Request-Timeout: 60\r\nbaggage: criticality=sheddable");
            assertThat(connection.response().status()).isEqualTo(200);
            assertThat(seen.get().criticality()).isEqualTo(Criticality.SHEDDABLE);
            assertThat(seen.get().remaining())
                    .hasValueSatisfying(
                            left -> assertThat(left).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60)));
            awaitFiltered();
            assertThat(connection.get("/work").response().status()).isEqualTo(200);
            assertThat(seen.get().criticality()).isNull();
            assertThat(seen.get().remaining()).isEmpty();
            assertThat(seen.get().timing())
                    .as("takes down waits for dependencies")
                    .isNotNull();
        }
        assertThat(limiter.statsByCriticality().get(Criticality.SHEDDABLE).arrived())
                .isOne();
    }

    @Test
    void request_whoseDeadlineHasPassed_isRefused() throws Exception {
        handler = exchange -> {
            throw new AssertionError("must not run");
        };
        try (RawConnection connection = connect()) {
            RawConnection.Response response =
                    connection.get("/work", "grpc-timeout: 1n").response();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.body()).contains("\"reason\":\"deadline\"");
        }
        assertThat(limiter.stats(work).expired()).isOne();
    }

    @Test
    void drain_asksForClosedConnectionsAndTheServerClosesThem() throws Exception {
        try (RawConnection idle = connect()) {
            assertThat(idle.get("/work").response().asksToClose()).isFalse();
            awaitFiltered();
            drain.drainAsync("SIGTERM", Settling.WAIT);
            RawConnection.Response last = idle.get("/work").response();

            assertThat(last.status()).isEqualTo(200);
            assertThat(last.asksToClose()).isTrue();
            assertThat(idle.isClosedByServer()).isTrue();
        }
    }

    @Test
    void drain_thatBeginsDuringARequest_closesItsConnectionToo() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch draining = new CountDownLatch(1);
        handler = exchange -> {
            entered.countDown();
            await(draining);
            answer(exchange, 200);
        };
        try (RawConnection connection = connect().get("/work")) {
            await(entered);
            drain.drainAsync("SIGTERM", Settling.WAIT);
            draining.countDown();
            RawConnection.Response response = connection.response();

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("done");
            assertThat(response.asksToClose()).isTrue();
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void drain_whenItRefuses_saysSoAndCloses() throws Exception {
        Permit running = Objects.requireNonNull(limiter.tryAcquire());
        drain.drainAsync("SIGTERM", Settling.SKIP);
        try (RawConnection connection = connect()) {
            RawConnection.Response response = connection.get("/work").response();

            assertThat(response.status()).isEqualTo(503);
            assertThat(response.body()).contains("\"reason\":\"draining\"");
            assertThat(response.asksToClose()).isTrue();
            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertThat(limiter.stats(work).refused()).isOne();
        running.close();
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.getAddress().getPort());
    }

    /** A response may arrive before its request has left the filter. */
    private void awaitFiltered() throws InterruptedException {
        assertThat(filtered.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        byte[] body = {'d', 'o', 'n', 'e'};
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
