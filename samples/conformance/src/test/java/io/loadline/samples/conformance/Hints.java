/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What clients tell in headers: how long they wait, how much a request matters, that they try again. */
interface Hints extends Scenes {
    String EXPIRED = "grpc-timeout: 1n";

    @Shows(Behaviour.DEADLINE)
    default void deadline_thatHasPassed_isRefused() {
        for (String header : List.of(EXPIRED, "X-Request-Timeout: 0.000000001", "X-Request-Timeout: 0.000001ms")) {
            Answer late = service().get("/orders/1", header);
            assertThat(late.status()).as(header).isEqualTo(503);
            assertThat(late.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(late.header("retry-after"))).isPositive();
            assertThat(Service.json(late).at("/reason").asString()).isEqualTo("deadline");
        }
    }

    @Shows(Behaviour.DEADLINE_AHEAD)
    default void deadline_ahead_isServed() {
        for (String header :
                List.of("grpc-timeout: 1M", "X-Request-Timeout: 30", "x-envoy-expected-rq-timeout-ms: 15000")) {
            assertThat(service().get("/orders/1", header).status()).as(header).isEqualTo(200);
        }
    }

    @Shows(Behaviour.CRITICALITY)
    default void criticality_isLoweredByClientsAndNeverRaised() {
        for (String header : List.of(
                "Criticality: critical-plus",
                "Criticality: Sheddable",
                "Criticality: SHEDDABLE_PLUS",
                "baggage: a=b, criticality=sheddable")) {
            assertThat(service().get("/orders/1", header).status()).as(header).isEqualTo(200);
        }
        Service.soon().untilAsserted(() -> {
            JsonNode seen = service().status().at("/criticality");
            assertThat(seen.at("/sheddable/arrived").asInt(0)).isEqualTo(2);
            assertThat(seen.at("/sheddable_plus/arrived").asInt(0)).isEqualTo(1);
            assertThat(seen.at("/critical_plus/arrived").asInt(0)).isEqualTo(0);
        });
        assertThat(service().metrics())
                .containsPattern("loadline_criticality_requests_total\\{[^}]*criticality=\"sheddable\"[^}]*} ");
    }

    @Shows(Behaviour.ATTEMPTS)
    default void attempts_areCounted() {
        int before = service().status().at("/repeated").asInt();
        for (String header :
                List.of("x-envoy-attempt-count: 1", "x-envoy-attempt-count: 2", "grpc-previous-rpc-attempts: 1")) {
            assertThat(service().get("/orders/1", header).status()).as(header).isEqualTo(200);
        }
        Service.soon().until(() -> service().status().at("/repeated").asInt() == before + 2);
    }

    @Shows(Behaviour.MALFORMED)
    default void malformedHeaders_changeNothing() {
        try (Wire wire = new Wire(service().port())) {
            for (String name : List.of(
                    "X-Request-Timeout",
                    "grpc-timeout",
                    "x-envoy-expected-rq-timeout-ms",
                    "x-envoy-attempt-count",
                    "Criticality",
                    "baggage",
                    "endpoint-load-metrics-format")) {
                for (String value :
                        List.of("", "-1", "1e999", "NaN", "0x10", "%00", "a\tb", "=;,=", "9".repeat(3_000))) {
                    Answer answer = wire.get("/orders/1", name + ": " + value);
                    assertThat(answer.status()).as("%s: %s", name, value).isEqualTo(200);
                    assertThat(answer.headers()).doesNotContainKey(LoadReports.REPORT);
                }
            }
        }
    }
}
