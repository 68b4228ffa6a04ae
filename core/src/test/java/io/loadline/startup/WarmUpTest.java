/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.startup.WarmUpReport.End;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Warm-ups over real sockets; how long a call takes is virtual and decided by the handler. */
@Timeout(20)
class WarmUpTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void run_latencyThatComesDown_endsWhenItHasSettled() throws Exception {
        // 100 ms at first, halved with each twenty calls, until it is 10 ms.
        serve("/orders", exchange -> Math.max(10, 100 >> (calls.getAndIncrement() / 20)));
        WarmUpReport report = warmUp().get("/orders").build().run(base());

        assertThat(report.end()).isEqualTo(End.SETTLED);
        assertThat(report.routes()).singleElement().satisfies(route -> {
            assertThat(route.call()).isEqualTo("GET /orders");
            // 100, 50, 25, 12, 10, 10, 10: the last two differ by less than a tenth from those before.
            assertThat(route.calls()).isEqualTo(7 * 20);
            assertThat(route.failed()).isZero();
            assertThat(route.first()).isEqualTo(Duration.ofMillis(100));
            assertThat(route.last()).isEqualTo(Duration.ofMillis(10));
            assertThat(route.settled()).isTrue();
        });
        assertThat(calls).hasValue(7 * 20);
    }

    @Test
    void run_latencyThatNeverSettles_endsAfterItsCalls() throws Exception {
        serve("/orders", exchange -> calls.getAndIncrement() / 20 % 2 == 0 ? 10 : 20);
        WarmUpReport report = warmUp().get("/orders").maxCalls(130).build().run(base());

        assertThat(report.end()).isEqualTo(End.CALLS);
        assertThat(report.routes().get(0).calls()).isEqualTo(130);
        assertThat(report.routes().get(0).settled()).isFalse();
    }

    @Test
    void run_callsThatTakeLong_endsWhenItsTimeIsOver() throws Exception {
        serve("/orders", exchange -> 300);
        WarmUpReport report =
                warmUp().get("/orders").timeLimit(Duration.ofSeconds(2)).build().run(base());

        assertThat(report.end()).isEqualTo(End.TIME);
        assertThat(report.elapsed()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_300));
    }

    @Test
    void run_severalRoutes_callsThemInTurnUntilEachHasSettled() throws Exception {
        serve("/quick", exchange -> 10);
        serve("/slow", exchange -> Math.max(20, 200 >> (calls.getAndIncrement() / 20)));
        WarmUpReport report = warmUp().get("/quick").get("/slow?size=3").build().run(base());

        assertThat(report.end()).isEqualTo(End.SETTLED);
        assertThat(report.routes()).extracting(WarmUpReport.RouteWarmUp::calls).containsExactly(60, 140);
        assertThat(seen.subList(0, 40)).startsWith("GET /quick").endsWith("GET /slow?size=3");
    }

    @Test
    void run_routeThatFails_isLeftAloneAfterARound() throws Exception {
        server.createContext("/broken", exchange -> {
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        serve("/good", exchange -> 10);
        WarmUpReport report = warmUp().get("/broken").get("/good").build().run(base());

        assertThat(report.end()).isEqualTo(End.SETTLED);
        assertThat(report.warnings()).containsExactly("warm-up of GET /broken: 20 of 20 calls failed");
        assertThat(report.routes().get(0).calls()).isEqualTo(20);
        assertThat(report.routes().get(0).failed()).isEqualTo(20);
        assertThat(report.routes().get(0).settled()).isFalse();
        assertThat(report.routes().get(1).settled()).isTrue();
    }

    @Test
    void run_whereNobodyListens_isReportedAndNotThrown() throws Exception {
        URI nobody = base();
        server.stop(0);
        WarmUpReport report = warmUp().get("/orders").build().run(nobody);

        assertThat(report.end()).isEqualTo(End.FAILED);
        assertThat(report.routes().get(0).failed()).isEqualTo(20);
    }

    /** Nothing else would say that a path was mistyped. */
    @Test
    void run_inAStage_namesFailedRoutesInTheReportOfTheStart() throws Exception {
        serve("/good", exchange -> 10);
        WarmUp warmUp = warmUp().get("/goood").get("/good").build();
        StartupPlan plan = StartupPlan.builder()
                .stage(StartupStage.builder("warm-up", stage -> warmUp.run(base(), stage))
                        .ungated()
                        .build())
                .build();
        try (LogCapture log = LogCapture.of(WarmUp.class);
                Startup startup = Startup.builder(plan, Availability.create(InstantSource.system()), Readings::unknown)
                        .build()) {
            startup.begin("listens");
            assertThat(startup.awaitEnd(Duration.ofSeconds(10))).isTrue();

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Warm-up: SETTLED after ")
                    .endsWith(" ms: GET /goood: 20 of 20 calls failed;"
                            + " GET /good: 60 calls, 10.0 ms at first, 10.0 ms at last");
            assertThat(startup.report().table())
                    .contains("\n  ! stage 'warm-up': warm-up of GET /goood: 20 of 20 calls failed");
        }
    }

    @Test
    void run_withoutRoutes_doesNothing() throws Exception {
        assertThat(warmUp().build().run(base()).end()).isEqualTo(End.NOTHING_TO_DO);
    }

    @Test
    void run_post_sendsItsBody() throws Exception {
        AtomicReference<String> body = new AtomicReference<>();
        AtomicReference<String> type = new AtomicReference<>();
        server.createContext("/search", exchange -> {
            body.set(new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            type.set(exchange.getRequestHeaders().getFirst("Content-Type"));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        WarmUpReport report = warmUp().post("/search", "application/json", "{}")
                .maxCalls(3)
                .build()
                .run(base());

        assertThat(report.routes().get(0).call()).isEqualTo("POST /search");
        assertThat(body).hasValue("{}");
        assertThat(type).hasValue("application/json");
    }

    /** SIGTERM during the start: the thread of the stage is interrupted. */
    @Test
    void run_interrupted_ends() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        server.createContext("/held", exchange -> {
            entered.countDown();
            await(released);
            exchange.close();
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        WarmUp warmUp = warmUp().get("/held").build();
        Thread stage = new Thread(() -> {
            try {
                WarmUpReport unused = warmUp.run(base());
            } catch (InterruptedException e) {
                thrown.set(e);
            }
        });
        stage.start();
        entered.await();
        stage.interrupt();
        stage.join(5_000);

        assertThat(stage.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(warmUp.isOwn("anything")).isFalse();
        released.countDown();
    }

    @Test
    void run_callThatHangs_failsAfterItsTimeout() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        server.createContext("/held", exchange -> {
            await(released);
            exchange.close();
        });
        assertFailsInTime("/held", released);
    }

    @Test
    void run_bodyThatHangs_failsAfterItsTimeout() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        server.createContext("/stuck", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().flush();
            await(released);
            exchange.close();
        });
        assertFailsInTime("/stuck", released);
    }

    private void assertFailsInTime(String path, CountDownLatch released) throws Exception {
        WarmUpReport report = warmUp().get(path)
                .callTimeout(Duration.ofMillis(100))
                .callsPerRound(2)
                .build()
                .run(base());
        released.countDown();

        assertThat(report.end()).isEqualTo(End.FAILED);
        assertThat(report.routes().get(0).failed()).isEqualTo(2);
    }

    /** Its own host is not reached through anybody else. */
    @Test
    void run_whereTheProcessHasAProxy_asksNobodyForTheWay() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        List<URI> asked = new CopyOnWriteArrayList<>();
        serve("/orders", exchange -> 10);
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        try {
            assertThat(warmUp().get("/orders").build().run(base()).end()).isEqualTo(End.SETTLED);
        } finally {
            ProxySelector.setDefault(before);
        }
        assertThat(asked).isEmpty();
    }

    /** What carries the token is let past the limiter, so nobody else may know it, and it must not last. */
    @Test
    void token_isRandomAndVoidAfterwards() throws Exception {
        WarmUp warmUp = warmUp().get("/orders").maxCalls(2).build();
        List<String> tokens = new CopyOnWriteArrayList<>();
        List<Boolean> own = new CopyOnWriteArrayList<>();
        serve("/orders", exchange -> {
            String token = exchange.getRequestHeaders().getFirst(WarmUp.HEADER);
            tokens.add(token);
            own.add(warmUp.isOwn(token));
            own.add(!warmUp.isOwn(token + "0") && !warmUp.isOwn(null) && !warmUp.isOwn(""));
            return 10;
        });
        WarmUpReport first = warmUp.run(base());
        WarmUpReport second = warmUp.run(base());

        assertThat(first.routes().get(0).calls() + second.routes().get(0).calls())
                .isEqualTo(4);
        assertThat(own).containsOnly(true);
        assertThat(tokens.get(0)).hasSize(32).isEqualTo(tokens.get(1)).isNotEqualTo(tokens.get(2));
        assertThat(warmUp.isOwn(tokens.get(2))).isFalse();
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        WarmUp.Builder builder = WarmUp.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.get("http://elsewhere/"))
                .withMessageContaining("'http://elsewhere/'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.get("//elsewhere/"))
                .withMessageContaining("'//elsewhere/'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.get("/a b"))
                .withMessageContaining("/a b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timeLimit(Duration.ZERO))
                .withMessage("timeLimit must be positive: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxCalls(0))
                .withMessage("maxCalls must be at least 1: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.tolerance(0))
                .withMessage("tolerance must be above 0 and at most 1: 0.0");
    }

    private WarmUp.Builder warmUp() {
        return WarmUp.builder().ticker(ticker);
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Each call takes as long as {@code millis} says, by the ticker. */
    private void serve(String path, Latency millis) {
        HttpHandler handler = exchange -> {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            ticker.advance(Duration.ofMillis(millis.of(exchange)));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        };
        server.createContext(path, handler);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // The server is stopped with the test.
            Thread.currentThread().interrupt();
        }
    }

    @FunctionalInterface
    private interface Latency {
        long of(com.sun.net.httpserver.HttpExchange exchange);
    }
}
