/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.loadline.availability.DependencyChecks;
import io.loadline.drain.DrainCoordinator;
import io.loadline.signal.SimulatedService;
import io.loadline.startup.Readings;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a collector of OpenTelemetry gets by Micrometer's registry for it, read off the wire. */
class OtlpExportTest {
    private record Request(String path, String type, byte[] body) {}

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final SimulatedService service = new SimulatedService(
            limiter -> limiter.slo(Duration.ofMillis(150)), signal -> signal.forecast(Duration.ofSeconds(30)));
    private final LoadlineMetrics metrics = new LoadlineMetrics(
                    "shop",
                    "1.2.3",
                    service.signal,
                    DrainCoordinator.builder(service.availability, service.limiter, service.heartbeat)
                            .build(),
                    service.availability,
                    DependencyChecks.create(List.of(), service.availability, service.heartbeat),
                    Startup.builder(StartupPlan.empty(), service.availability, Readings::unknown)
                            .build())
            .waiting(service.limiter);
    private HttpServer collector;
    private OtlpMeterRegistry registry;

    @BeforeEach
    void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", this::collect);
        collector.start();
        String url = "http://localhost:" + collector.getAddress().getPort() + "/v1/metrics";
        OtlpConfig config = Map.of("otlp.url", url, "otlp.step", "1h")::get;
        registry = new OtlpMeterRegistry(config, Clock.SYSTEM);
        metrics.bindTo(registry);
    }

    private void collect(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(new Request(
                    exchange.getRequestURI().getPath(),
                    Objects.toString(exchange.getRequestHeaders().getFirst("Content-Type")),
                    exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @AfterEach
    void stop() {
        registry.close();
        collector.stop(0);
        metrics.close();
    }

    /** It publishes once more as it closes. */
    private Map<String, OtlpMessage.Metric> published() {
        registry.close();
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).path()).isEqualTo("/v1/metrics");
        assertThat(requests.get(0).type()).isEqualTo("application/x-protobuf");
        return OtlpMessage.metrics(requests.get(0).body());
    }

    @Test
    void meters_arriveWithTheirNamesUnitsTagsAndValues() {
        service.ready();
        service.offer(200, Duration.ofSeconds(20));
        List<Meter> meters = registry.getMeters();
        Map<String, OtlpMessage.Metric> sent = published();

        assertThat(sent.keySet())
                .isEqualTo(meters.stream().map(meter -> meter.getId().getName()).collect(Collectors.toSet()))
                .hasSizeGreaterThan(30);
        for (Meter meter : meters) {
            LoadlineMeter row = Arrays.stream(LoadlineMeter.values())
                    .filter(each -> each.meterName().equals(meter.getId().getName()))
                    .findAny()
                    .orElseThrow();
            OtlpMessage.Metric metric = sent.get(row.meterName());
            assertThat(metric.description()).isEqualTo(row.description());
            Double value = metric.points()
                    .get(meter.getId().getTags().stream().collect(Collectors.toMap(Tag::getKey, Tag::getValue)));
            if (meter instanceof FunctionTimer timer) {
                assertThat(metric.kind()).as(row.meterName()).isEqualTo("histogram");
                assertThat(metric.unit()).as(row.meterName()).isEqualTo("milliseconds");
                assertThat((Object) value).as(row.meterName()).isEqualTo(timer.totalTime(timer.baseTimeUnit()));
            } else {
                assertThat(metric.unit())
                        .as(row.meterName())
                        .isIn(row.unit() == null ? List.of("", "1") : List.of(row.unit()));
                assertThat(metric.kind())
                        .as(row.meterName())
                        .isEqualTo(meter instanceof FunctionCounter ? "counter" : "gauge");
                assertThat((Object) value)
                        .as("%s", meter.getId())
                        .isEqualTo(
                                meter instanceof FunctionCounter counter ? counter.count() : ((Gauge) meter).value());
            }
        }
        assertThat(sent.get("loadline.load").points())
                .containsExactly(Map.entry(Map.of(), service.signal.snapshot().load()));
        assertThat(sent.get("loadline.load").points().get(Map.of())).isGreaterThan(1.5);
        assertThat(sent.get("loadline.load.percent").unit()).isEqualTo("percent");
        assertThat(sent.get("loadline.limit").points()).containsExactly(Map.entry(Map.of(), 10.0));
        assertThat(sent.get("loadline.slo.requests").points())
                .containsEntry(Map.of("route", "other", "result", "bad"), (double)
                        service.signal.snapshot().slo().counts().bad());
    }

    /** Not as 0 and not as NaN. */
    @Test
    void load_whileNotValid_isNotSent() {
        service.ready();
        service.offer(50, Duration.ofSeconds(2));
        assertThat(registry.find("loadline.load").gauge()).isNotNull();
        assertThat(service.availability.draining("SIGTERM")).isTrue();

        assertThat(published())
                .containsKey("loadline.demand")
                .doesNotContainKeys("loadline.load", "loadline.load.percent", "loadline.load.forecast");
    }
}
