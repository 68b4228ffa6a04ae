/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds on every server for load reports in its responses; what is in them is core's. */
public abstract class OrcaContract {
    private static final String REPORT = "endpoint-load-metrics";
    private static final String REPORT_BIN = "endpoint-load-metrics-bin";
    private static final String TEXT = "endpoint-load-metrics-format: text";
    private static final String LIST = "TEXT ([a-z_]+(\\.[a-z_]+)?:[0-9.E-]+,)+named_metrics\\.queue:0";

    private final Server server;

    protected OrcaContract(Server server) {
        this.server = server;
    }

    @Test
    void response_toARequestThatAsks_hasAReport() {
        try (Service service = start()) {
            assertThat(Wire.get(service.port(), "/orders/1").headers()).doesNotContainKeys(REPORT, REPORT_BIN);
            assertThat(get(service, "/orders/1", "Endpoint-Load-Metrics-Format: xml")
                            .headers())
                    .doesNotContainKeys(REPORT, REPORT_BIN);

            Answer answer = get(service, "/orders/1", TEXT);
            assertThat(answer.body()).isEqualTo("order 1");
            assertThat(answer.header(REPORT))
                    .matches(LIST)
                    .contains("application_utilization:", "named_metrics.limit:10,");

            String json = get(service, "/orders/1", "endpoint-load-metrics-format: JSON")
                    .header(REPORT);
            assertThat(json).startsWith("JSON {");
            JsonNode report = new JsonMapper().readTree(json.substring(5));
            assertThat(report.get("named_metrics").get("limit").intValue()).isEqualTo(10);

            String bin = get(service, "/orders/1", "endpoint-load-metrics-format: bin")
                    .header(REPORT);
            assertThat(bin).startsWith("BIN ");
            assertThat(Base64.getDecoder().decode(bin.substring(4))).isNotEmpty();
        }
    }

    /** Whoever writes it: handlers, the server itself, or Loadline as it refuses. */
    @Test
    void responseOfAnyKind_hasAReport() {
        try (Service service = start(
                        "loadline.limit.initial=1",
                        "loadline.guard.quota.limit=1",
                        "loadline.guard.quota.period=1h",
                        "loadline.guard.quota.key=header:X-Api-Key",
                        "loadline.guard.quota.missing-keys=admit");
                Wire held = new Wire(service.port())) {
            assertReport(get(service, "/nothing-there", TEXT), 404);
            awaitIdle(service);
            try (Wire head = new Wire(service.port())) {
                assertReport(head.send("HEAD", "/orders/1", TEXT).read("HEAD"), 200);
            }
            awaitIdle(service);
            assertThat(get(service, "/orders/1", "X-Api-Key: anna").status()).isEqualTo(200);
            assertReport(get(service, "/orders/1", "X-Api-Key: anna", TEXT), 429);

            awaitIdle(service);
            String name = Gate.newName();
            held.send("GET", "/held?gate=" + name, TEXT);
            Gate.of(name).awaitArrival();
            assertReport(get(service, "/orders/1", TEXT), 503);

            // The load of the moment in which the response begins: the service is leaving by then.
            assertThat(service.loadline().availability().draining("test")).isTrue();
            Gate.of(name).open();
            Answer last = held.read("GET");
            assertReport(last, 200);
            assertThat(last.header(REPORT)).contains("application_utilization:10,");
        }
    }

    @Test
    void always_tellsThoseWhoDoNotAsk() {
        try (Service service = start("loadline.orca.send=always", "loadline.orca.format=bin-header")) {
            Answer unasked = Wire.get(service.port(), "/orders/1");
            assertThat(unasked.headers()).doesNotContainKey(REPORT);
            assertThat(Base64.getDecoder().decode(unasked.header(REPORT_BIN))).isNotEmpty();

            Answer asked = get(service, "/orders/1", TEXT);
            assertThat(asked.headers()).doesNotContainKey(REPORT_BIN);
            assertThat(asked.header(REPORT)).matches(LIST);
        }
    }

    @Test
    void never_tellsNobody() {
        try (Service service = start("loadline.orca.send=never")) {
            assertThat(get(service, "/orders/1", TEXT).headers()).doesNotContainKeys(REPORT, REPORT_BIN);
        }
    }

    private Service start(String... properties) {
        return Service.start(HeldApplication.class, server, properties);
    }

    /** A request may be in flight for a moment after its response has come. */
    private static void awaitIdle(Service service) {
        await().until(() -> service.inFlight() == 0);
    }

    private static Answer get(Service service, String path, String... headers) {
        return Wire.get(service.port(), path, headers);
    }

    private static void assertReport(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header(REPORT)).matches(LIST);
    }
}
