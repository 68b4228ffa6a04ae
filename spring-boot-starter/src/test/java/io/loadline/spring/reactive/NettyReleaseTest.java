/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static io.loadline.limit.Outcome.IGNORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.Service;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a request ends on Reactor Netty releases its permit once, at that moment. */
class NettyReleaseTest {
    private static Service service;

    private LimiterStats before;
    private String gateName;
    private Gate gate;

    @BeforeAll
    static void start() {
        service = Service.start(ReactiveApplication.class, Server.NETTY);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void countBefore() {
        before = service.stats();
        gateName = Gate.newName();
        gate = Gate.of(gateName);
    }

    @AfterEach
    void nothingIsLeft() {
        gate.open();
        assertThat(service.inFlight()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/1, 200, SUCCESS",
        "/empty, 200, SUCCESS",
        "/functional/1, 200, SUCCESS",
        "/unknown, 404, SUCCESS",
        "/exception, 500, IGNORED",
        "/exception-thrown, 500, IGNORED",
        "/error, 500, IGNORED",
        "/subscribe-thrown, 500, IGNORED",
        "/filtered, 500, IGNORED",
        "/timeout, 500, DROPPED",
        "/status?status=400, 400, IGNORED",
        "/status?status=500, 500, IGNORED",
        "/status?status=503, 503, DROPPED"
    })
    void request_ends_releasesOnce(String path, int status, Outcome outcome) {
        assertThat(Wire.get(service.port(), path).status()).isEqualTo(status);
        service.awaitEnded(before, Service.one(outcome));
    }

    @Test
    void fatalError_thrownThroughReactor_releasesOnce() {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", "/fatal");
            service.awaitEnded(before, Service.one(IGNORED));
        }
    }

    @ParameterizedTest
    @CsvSource({"/held, opened, SUCCESS", "/streamed, oneopened, SUCCESS"})
    void response_untilItIsWritten_isInFlight(String path, String body, Outcome outcome) {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", path + "?gate=" + gateName);
            gate.awaitArrival();
            assertThat(service.inFlight()).isOne();
            assertThat(service.stats().minus(before).completed()).isZero();
            gate.open();
            assertThat(wire.read("GET").body()).contains(body);
        }
        service.awaitEnded(before, Service.one(outcome));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/held", "/streamed"})
    void client_thatGoes_releasesOnce(String path) {
        Wire wire = new Wire(service.port());
        wire.send("GET", path + "?gate=" + gateName);
        gate.awaitArrival();
        assertThat(service.inFlight()).isOne();
        wire.abort();
        service.awaitEnded(before, Service.one(IGNORED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sse_onceItIsOpen_isNoLongerInFlight(boolean abort) {
        Wire wire = new Wire(service.port());
        wire.send("GET", "/sse?gate=" + gateName);
        gate.awaitArrival();
        service.awaitEnded(before, Service.one(IGNORED));
        assertThat(service.longLived()).isOne();
        if (abort) {
            wire.abort();
        } else {
            gate.open();
            assertThat(wire.read("GET").body()).contains("hello");
        }
        await().until(() -> service.longLived() == 0);
        service.awaitEnded(before, Service.one(IGNORED));
        wire.close();
    }

    @Test
    void streaming_thatFailsHalfWay_releasesOnce() {
        try (Wire wire = new Wire(service.port())) {
            assertThat(wire.send("GET", "/streamed-error").readHead().status()).isEqualTo(200);
        }
        service.awaitEnded(before, Service.one(IGNORED));
    }

    @Test
    void route_isThePatternOfTheHandler() {
        assertThat(Wire.get(service.port(), "/functional/7").status()).isEqualTo(200);
        assertThat(Wire.get(service.port(), "/orders/7").status()).isEqualTo(200);
        service.awaitEnded(before, new LimiterStats(2, 0, 0, 0, 0, 0));
        assertThat(service.loadline().limiter().routes().toString())
                .contains("GET /functional/{id}")
                .contains("GET /orders/{id}");
    }
}
