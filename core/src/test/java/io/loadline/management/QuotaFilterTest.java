/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.guard.ClientKey;
import io.loadline.guard.Quota;
import io.loadline.guard.TrustedProxies;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.metrics.RecordedObservations;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import io.micrometer.observation.Observation;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The filter on the JDK's server with real connections; the quota is 2 per minute, and a limiter is behind it. */
class QuotaFilterTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Availability availability = Availability.create(InstantSource.system());
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("filtered")
            .algorithm(() -> FixedLimit.of(1))
            .ticker(ticker)
            .build();
    private final DrainCoordinator drain = DrainCoordinator.builder(availability, limiter, Heartbeat.create(ticker))
            .build();
    private final Route work = limiter.route("/work");
    private final Quota quota =
            Quota.builder("api").limit(2, Duration.ofMinutes(1)).ticker(ticker).build();
    private final HttpClient client = HttpClient.newHttpClient();

    /** One permit for each request that has left the filters. */
    private final Semaphore filtered = new Semaphore(0);

    private HttpServer server;
    private HttpContext context;
    private HttpHandler handler = QuotaFilterTest::answer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        context = server.createContext("/work", exchange -> handler.handle(exchange));
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
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void request_beyondTheQuota_isToldWhenToComeAgain() throws Exception {
        filter(ClientKey.header("X-Api-Key"));
        ticker.advance(Duration.ofSeconds(5));
        assertThat(get("X-Api-Key", "anna").statusCode()).isEqualTo(204);
        ticker.advance(Duration.ofSeconds(20));
        assertThat(get("X-Api-Key", "anna").statusCode()).isEqualTo(204);
        HttpResponse<InputStream> refused = get("X-Api-Key", "anna");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("40");
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JsonMapper.builder().build().readTree(refused.body());
        assertThat(problem.get("status").intValue()).isEqualTo(429);
        assertThat(problem.get("title").stringValue()).isEqualTo("Too Many Requests");
        assertThat(problem.get("reason").stringValue()).isEqualTo("quota");
        assertThat(get("X-Api-Key", "ben").statusCode()).isEqualTo(204);
        ticker.advance(Duration.ofSeconds(40));
        assertThat(get("X-Api-Key", "anna").statusCode()).isEqualTo(204);
        assertThat(filtered.tryAcquire(5, 5, TimeUnit.SECONDS)).isTrue();
        assertThat(limiter.stats(work)).as("a refusal is no load").isEqualTo(new LimiterStats(4, 0, 0, 0, 0, 0));
    }

    @Test
    void refusal_isNotedOnTheRequestsObservation() throws Exception {
        RecordedObservations recorded = new RecordedObservations();
        LoadlineObservations observations = new LoadlineObservations(recorded.registry());
        HttpHandler observed = handler;
        QuotaFilter noting = new QuotaFilter(quota, ClientKey.header("X-Api-Key"), drain).observations(observations);
        handler = exchange -> Observation.start("request", recorded.registry())
                .scopedChecked(() -> noting.around(observed).handle(exchange));
        for (int i = 0; i < 3; i++) {
            assertThat(get("X-Api-Key", "anna").statusCode()).isEqualTo(i < 2 ? 204 : 429);
        }
        assertThat(recorded.events()).containsExactly("request: loadline.quota.refused");
    }

    @Test
    void spoofedAddress_helpsNobody() throws Exception {
        filter(ClientKey.address(TrustedProxies.of("127.0.0.0/8", "::1")));
        for (int i = 0; i < 10; i++) {
            // The proxy adds the address it was asked by to what the client has made up.
            int status =
                    get("X-Forwarded-For", "10.6.6." + i + ", 198.51.100.1").statusCode();
            assertThat(status).isEqualTo(i < 2 ? 204 : 429);
        }
        assertThat(get("X-Forwarded-For", "10.6.6.6, 198.51.100.2").statusCode())
                .isEqualTo(204);
        assertThat(quota.stats().clients()).isEqualTo(2);
    }

    /** A client may have a quota of its own for one route, beside that for all of them. */
    @Test
    void route_withALimit_isRefusedAlone() throws Exception {
        quota.change(now -> now.limit(4, Duration.ofMinutes(1)).route("/work/report", 1, Duration.ofHours(1)));
        Route report = limiter.route("/work/report");
        context.getFilters()
                .add(new QuotaFilter(quota, ClientKey.header("X-Api-Key"), drain)
                        .routes(exchange -> switch (exchange.getRequestURI().getPath()) {
                            case "/work/report" -> report;
                            case "/work/broken" -> throw new IllegalStateException("a test's");
                            default -> null;
                        }));

        assertThat(get("/work/report", "X-Api-Key", "anna").statusCode()).isEqualTo(204);
        HttpResponse<InputStream> refused = get("/work/report", "X-Api-Key", "anna");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("3600");
        assertThat(get("/work/report", "X-Api-Key", "ben").statusCode()).isEqualTo(204);
        assertThat(get("/work", "X-Api-Key", "anna").statusCode()).isEqualTo(204);
        assertThat(get("/work/broken", "X-Api-Key", "anna").statusCode()).isEqualTo(204);
        assertThat(get("/work", "X-Api-Key", "anna").statusCode())
                .as("the refusal cost nothing")
                .isEqualTo(204);
        refused = get("/work", "X-Api-Key", "anna");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("60");
    }

    /** The server authenticates after all filters and before the handler. */
    @Test
    void principal_isKnownAroundTheHandler() throws Exception {
        QuotaFilter byUser = new QuotaFilter(quota, ClientKey.principal(), drain);
        handler = byUser.around(QuotaFilterTest::answer);
        context.setAuthenticator(new BasicAuthenticator("test") {
            @Override
            public boolean checkCredentials(String username, String password) {
                return true;
            }
        });
        for (int i = 0; i < 4; i++) {
            assertThat(get("Authorization", basic("anna")).statusCode()).isEqualTo(i < 2 ? 204 : 429);
        }
        assertThat(get("Authorization", basic("ben")).statusCode()).isEqualTo(204);
        assertThat(quota.stats().missingKeys()).isZero();
    }

    @Test
    void refusal_whileDraining_asksToClose() throws Exception {
        filter(ClientKey.header("X-Api-Key"));
        for (int i = 0; i < 2; i++) {
            assertThat(get("X-Api-Key", "anna").statusCode()).isEqualTo(204);
        }
        drain.drainAsync("test", Settling.WAIT);
        try (RawConnection connection = new RawConnection(server.getAddress().getPort())) {
            RawConnection.Response refused = connection
                    .send("GET /work HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: anna\r\n\r\n")
                    .response();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.asksToClose()).isTrue();
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(HttpURLConnection.HTTP_NO_CONTENT, -1);
        exchange.close();
    }

    private void filter(ClientKey keyOf) {
        context.getFilters().add(new QuotaFilter(quota, keyOf, drain));
        context.getFilters().add(new LimitingFilter(limiter, drain, exchange -> work));
    }

    private HttpResponse<InputStream> get(String header, String value) throws Exception {
        return get("/work", header, value);
    }

    private HttpResponse<InputStream> get(String path, String header, String value) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return client.send(HttpRequest.newBuilder(uri).header(header, value).build(), BodyHandlers.ofInputStream());
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":x").getBytes(StandardCharsets.UTF_8));
    }
}
