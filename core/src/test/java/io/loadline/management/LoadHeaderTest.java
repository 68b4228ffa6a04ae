/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.ClientKey;
import io.loadline.guard.MissingKeys;
import io.loadline.guard.Quota;
import io.loadline.limit.Permit;
import io.loadline.limit.Route;
import io.loadline.signal.OrcaFormat;
import io.loadline.signal.OrcaReports;
import io.loadline.signal.SimulatedService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Load reports in responses of the JDK's server, over real connections. */
class LoadHeaderTest {
    private static final String TEXT = "endpoint-load-metrics-format: text";

    private final SimulatedService service = new SimulatedService();
    private final DrainCoordinator drain = DrainCoordinator.builder(
                    service.availability, service.limiter, service.heartbeat)
            .build();
    private final Quota quota = Quota.builder("api")
            .limit(1, Duration.ofMinutes(1))
            .missingKeys(MissingKeys.ADMIT)
            .ticker(service.ticker)
            .build();
    private final HttpServer server = server();
    private HttpHandler handler = LoadHeaderTest::answer;

    @BeforeEach
    void ready() {
        service.ready();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void response_toARequestThatAsks_tellsTheLoad() throws Exception {
        filters(reports());
        try (RawConnection connection = connect()) {
            assertThat(load(connection.get("/work").response())).isEmpty();
            assertThat(load(connection
                            .get("/work", "Endpoint-Load-Metrics-Format: xml")
                            .response()))
                    .isEmpty();
            assertThat(load(connection.get("/work", TEXT).response()))
                    .singleElement()
                    .asString()
                    .startsWith("endpoint-load-metrics: text application_utilization:")
                    .contains(",named_metrics.limit:10");
            assertThat(load(connection
                            .get("/work", "endpoint-load-metrics-format: JSON")
                            .response()))
                    .singleElement()
                    .asString()
                    .startsWith("endpoint-load-metrics: json {");
            assertThat(load(connection
                            .get("/work", "endpoint-load-metrics-format: bin")
                            .response()))
                    .singleElement()
                    .asString()
                    .startsWith("endpoint-load-metrics: bin ");
        }
    }

    @Test
    void response_ofAServiceThatAlwaysTells_does() throws Exception {
        filters(OrcaReports.builder(service.signal, service.limiter, service.ticker)
                .always(OrcaFormat.BIN_HEADER)
                .build());
        try (RawConnection connection = connect()) {
            assertThat(load(connection.get("/work").response()))
                    .singleElement()
                    .asString()
                    .startsWith("endpoint-load-metrics-bin: ");
        }
    }

    @Test
    void refusal_tellsTheLoad() throws Exception {
        filters(reports());
        List<Permit> running = new ArrayList<>();
        for (int i = 0; i < SimulatedService.WORKERS; i++) {
            running.add(Objects.requireNonNull(service.limiter.tryAcquire()));
        }
        try (RawConnection connection = connect()) {
            RawConnection.Response refused = connection.get("/work", TEXT).response();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(load(refused)).hasSize(1);
        }
        running.forEach(Permit::close);
    }

    @Test
    void refusalByTheQuota_tellsTheLoad() throws Exception {
        filters(reports());
        try (RawConnection connection = connect()) {
            assertThat(connection.get("/work", "X-Api-Key: anna").response().status())
                    .isEqualTo(200);
            RawConnection.Response refused =
                    connection.get("/work", "X-Api-Key: anna", TEXT).response();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(load(refused)).hasSize(1);
        }
    }

    /** The load when it came would be old news after a long call. */
    @Test
    void response_tellsTheLoadOfTheMomentInWhichItBegins() throws Exception {
        filters(reports());
        handler = exchange -> {
            assertThat(service.availability.draining("while it is served")).isTrue();
            answer(exchange);
        };
        try (RawConnection connection = connect()) {
            assertThat(load(connection.get("/work", TEXT).response()))
                    .singleElement()
                    .asString()
                    .contains(" application_utilization:10,");
        }
    }

    @Test
    void response_ofFiltersThatWereNotTold_tellsNothing() throws Exception {
        context()
                .getFilters()
                .add(new LimitingFilter(service.limiter, drain, exchange -> service.limiter.otherRoute()));
        try (RawConnection connection = connect()) {
            assertThat(load(connection.get("/work", TEXT).response())).isEmpty();
        }
    }

    private OrcaReports reports() {
        return OrcaReports.builder(service.signal, service.limiter, service.ticker)
                .build();
    }

    private void filters(OrcaReports reports) {
        Route work = service.limiter.route("/work");
        HttpContext context = context();
        context.getFilters()
                .add(new QuotaFilter(quota, ClientKey.header("X-Api-Key"), drain)
                        .loadReports(reports)
                        .routes(exchange -> work));
        context.getFilters()
                .add(new LimitingFilter(service.limiter, drain, exchange -> work)
                        .loadReports(reports)
                        .excludeUserAgents("Checker/"));
    }

    private HttpContext context() {
        return server.createContext("/work", exchange -> handler.handle(exchange));
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /** The headers of a report, in lower case. */
    private static List<String> load(RawConnection.Response response) {
        return response.head().stream()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("endpoint-load-metrics"))
                .toList();
    }
}
