/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.drain.UnfinishedCall;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import io.loadline.startup.WarmUp;
import io.loadline.startup.WarmUpReport;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the filter of the JDK's server does at the start and at the end: warm-up calls, streams, the report. */
@Timeout(20)
class LimitingFilterLifecycleTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("filtered")
            .algorithm(() -> FixedLimit.of(1))
            .cpuUtilization(() -> Double.NaN)
            .ticker(ticker)
            .build();
    private final Availability availability = Availability.create(InstantSource.system());
    private final DrainCoordinator drain =
            DrainCoordinator.builder(availability, limiter, heartbeat).build();
    private final Route work = limiter.route("GET /work");
    private final WarmUp warmUp =
            WarmUp.builder().get("/work").maxCalls(5).ticker(ticker).build();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "worker");
        thread.setUncaughtExceptionHandler((failed, e) -> {});
        return thread;
    });
    private final Semaphore filtered = new Semaphore(0);
    private HttpServer server;
    private volatile HttpHandler handler = LimitingFilterLifecycleTest::answer;

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
        LimitingFilter filter = new LimitingFilter(limiter, drain, warmUp, exchange -> work);
        context.getFilters().add(filter.excludeUserAgents("ELB-HealthChecker/", "Monitor"));
        server.setExecutor(threads);
        server.start();
        assertThat(availability.ready("listens")).isTrue();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void stream_givesItsTicketBackAndIsToldToGo() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        handler = exchange -> {
            LimitingFilter.longLived(exchange, told::countDown);
            LimitingFilter.longLived(exchange, told::countDown);
            exchange.sendResponseHeaders(200, 0);
            open.countDown();
            await(told);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write("event: goodbye\n\n".getBytes(StandardCharsets.UTF_8));
            }
        };
        try (RawConnection stream = connect()) {
            stream.get("/work");
            await(open);
            assertThat(limiter.inFlight()).isZero();
            assertThat(drain.longLived().count()).isEqualTo(1);
            // The limit is one call, and the stream is none.
            Objects.requireNonNull(limiter.tryAcquire()).success();

            CompletableFuture<DrainResult> drained =
                    drain.drainAsync("SIGTERM", Settling.SKIP).toCompletableFuture();
            assertThat(drained.get(5, TimeUnit.SECONDS).outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(stream.response().status()).isEqualTo(200);
        }
        awaitFiltered();
        assertThat(drain.longLived().count()).isZero();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void longLived_beyondTheMostStreams_staysACall() throws Exception {
        limiter.streams().max(0);
        handler = exchange -> {
            boolean allowed = LimitingFilter.longLived(exchange, () -> {});
            exchange.sendResponseHeaders(allowed || limiter.inFlight() != 1 ? 200 : 503, -1);
            exchange.close();
        };
        try (RawConnection stream = connect()) {
            assertThat(stream.get("/work").response().status()).isEqualTo(503);
        }
        awaitFiltered();
        assertThat(limiter.stats().capped()).isZero();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void eventStream_beyondTheMostStreams_isRefused() throws Exception {
        limiter.streams().max(0);
        AtomicReference<IOException> told = new AtomicReference<>();
        handler = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            try (exchange) {
                exchange.sendResponseHeaders(200, 0);
            } catch (IOException e) {
                told.set(e);
            }
        };
        try (RawConnection stream = connect()) {
            RawConnection.Response refused = stream.get("/work").response();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"reason\":\"route_cap\"");
        }
        awaitFiltered();
        assertThat(told.get()).hasMessageContaining("as many streams as there may be");
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0));
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void otherStream_beyondTheMostStreams_staysACall() throws Exception {
        limiter.streams().max(0);
        AtomicInteger calls = new AtomicInteger();
        handler = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
            exchange.sendResponseHeaders(200, 0);
            calls.set(limiter.inFlight());
            exchange.close();
        };
        try (RawConnection stream = connect()) {
            assertThat(stream.get("/work").response().status()).isEqualTo(200);
        }
        awaitFiltered();
        assertThat(calls).hasValue(1);
        assertThat(limiter.stats().capped()).isZero();
        assertThat(limiter.inFlight()).isZero();
    }

    /** Nobody has said how it could be ended, so the drain waits. */
    @Test
    void responseOfAStreamsType_isNoCallFromItsBeginningOn_butHoldsTheDrain() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        handler = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
            exchange.sendResponseHeaders(200, 0);
            open.countDown();
            await(enough);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write("{}\n".getBytes(StandardCharsets.UTF_8));
            }
        };
        try (RawConnection stream = connect()) {
            stream.get("/work");
            await(open);
            assertThat(limiter.inFlight()).isZero();
            assertThat(limiter.streams().open()).isEqualTo(1);
            assertThat(drain.longLived().count()).isZero();
            Objects.requireNonNull(limiter.tryAcquire()).success();

            CompletableFuture<DrainResult> drained =
                    drain.drainAsync("SIGTERM", Settling.SKIP).toCompletableFuture();
            assertThat(drained).isNotDone();
            assertThat(drain.progress().inFlight()).isEqualTo(1);
            enough.countDown();
            assertThat(stream.response().status()).isEqualTo(200);
            assertThat(drained.get(5, TimeUnit.SECONDS).outcome()).isEqualTo(DrainOutcome.IDLE);
        }
        awaitFiltered();
        assertThat(limiter.streams().open()).isZero();
        assertThat(limiter.stats(work).ignored()).isEqualTo(1);
    }

    @Test
    void stream_whoseHandlerThrows_isForgotten() throws Exception {
        handler = exchange -> {
            LimitingFilter.longLived(exchange, () -> {});
            throw new AssertionError("mine");
        };
        try (RawConnection stream = connect()) {
            stream.get("/work");
            assertThatThrownBy(stream::response).isInstanceOf(IOException.class);
        }
        awaitFiltered();
        assertThat(drain.longLived().count()).isZero();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void longLived_ofAnotherExchange_isRefused() throws Exception {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        server.createContext("/bare", exchange -> {
            try {
                LimitingFilter.longLived(exchange, () -> {});
            } catch (IllegalArgumentException e) {
                thrown.add(e);
            }
            answer(exchange);
        });
        try (RawConnection connection = connect()) {
            assertThat(connection.get("/bare").response().status()).isEqualTo(200);
        }
        assertThat(thrown).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("the filter passes on"));
        assertThatIllegalArgumentException().isThrownBy(() -> WarmUp.builder().get("work"));
    }

    @Test
    void drain_thatEndsWithARequest_tellsItsRouteAgeAndThread() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        handler = exchange -> {
            entered.countDown();
            await(released);
            answer(exchange);
        };
        try (RawConnection connection = connect()) {
            connection.get("/work");
            await(entered);
            CompletableFuture<DrainResult> drained =
                    drain.drainAsync("SIGTERM", Settling.SKIP).toCompletableFuture();
            ticker.advance(Duration.ofSeconds(25));
            heartbeat.beat();

            assertThat(drained.join().unfinished())
                    .containsExactly(new UnfinishedCall("GET /work", Duration.ofSeconds(25), "worker", false));
            released.countDown();
            assertThat(connection.response().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "runtime", "error", "io"})
    void request_howeverItEnds_leavesNothingInTheReport(String kind) throws Exception {
        handler = exchange -> {
            switch (kind) {
                case "runtime" -> throw new IllegalStateException("mine");
                case "error" -> throw new OutOfMemoryError("mine");
                case "io" -> throw new IOException("mine");
                default -> answer(exchange);
            }
        };
        for (int i = 0; i < 3; i++) {
            try (RawConnection connection = connect()) {
                connection.get("/work");
                awaitFiltered();
            }
        }
        // What the report still knew it would tell of as the oldest of the calls that run now.
        Objects.requireNonNull(limiter.tryAcquire());
        CompletableFuture<DrainResult> drained =
                drain.drainAsync("SIGTERM", Settling.SKIP).toCompletableFuture();
        ticker.advance(Duration.ofSeconds(25));
        heartbeat.beat();

        assertThat(drained.join().remainingInFlight()).isOne();
        assertThat(drained.join().unfinished()).isEmpty();
    }

    @Test
    void warmUpCalls_passTheFilterAndAreNoLoad() throws Exception {
        try (var running = Objects.requireNonNull(limiter.tryAcquire())) {
            WarmUpReport report = warmUp.run(
                    URI.create("http://127.0.0.1:" + server.getAddress().getPort()));

            assertThat(report.routes().get(0).calls()).isEqualTo(5);
            assertThat(report.routes().get(0).failed()).isZero();
            assertThat(limiter.stats(work).offered()).isZero();
            assertThat(running).isNotNull();
        }
    }

    @Test
    void request_withAForgedToken_isLimitedAsAnyOther() throws Exception {
        try (var running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            String forged = WarmUp.HEADER + ": 0123456789abcdef0123456789abcdef";
            assertThat(connection.get("/work", forged).response().status()).isEqualTo(503);
            assertThat(running).isNotNull();
        }
    }

    @Test
    void request_ofAnExcludedUserAgent_isNeitherLimitedNorCounted() throws Exception {
        try (var running = Objects.requireNonNull(limiter.tryAcquire());
                RawConnection connection = connect()) {
            String checker = "User-Agent: ELB-HealthChecker/2.0";
            assertThat(connection.get("/work", checker).response().status()).isEqualTo(200);
            assertThat(connection.get("/work", "User-Agent: curl/8").response().status())
                    .isEqualTo(503);
            drain.drainAsync("test", Settling.WAIT);
            RawConnection.Response last = connection.get("/work", checker).response();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.asksToClose()).isTrue();
            assertThat(limiter.stats(work).completed()).isZero();
            assertThat(limiter.stats(work).shed()).isOne();
            assertThat(running).isNotNull();
        }
    }

    @Test
    void stream_ofAnExcludedUserAgent_isToldToGo() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        handler = exchange -> {
            LimitingFilter.longLived(exchange, told::countDown);
            await(told);
            answer(exchange);
        };
        try (RawConnection connection = connect()) {
            connection.get("/work", "User-Agent: Monitor");
            while (drain.longLived().count() == 0) {
                Thread.onSpinWait();
            }
            drain.drainAsync("test", Settling.SKIP);
            assertThat(connection.response().status()).isEqualTo(200);
            awaitFiltered();
            assertThat(drain.longLived().count()).isZero();
        }
    }

    @Test
    void excludeUserAgents_ofABlankOne_isRefused() {
        LimitingFilter filter = new LimitingFilter(limiter, drain, exchange -> work);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> filter.excludeUserAgents("Monitor", ""))
                .withMessageContaining("must not be blank");
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.getAddress().getPort());
    }

    private void awaitFiltered() throws InterruptedException {
        assertThat(filtered.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
