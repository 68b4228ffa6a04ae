/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static io.loadline.limit.Outcome.DROPPED;
import static io.loadline.limit.Outcome.IGNORED;
import static io.loadline.limit.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.Service;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Each way in which a request ends on Tomcat releases its permit once, at that moment. */
class TomcatReleaseTest {
    private static Service service;

    private LimiterStats before;
    private String gateName;
    private Gate gate;

    @BeforeAll
    static void start() {
        service = Service.start(ServletApplication.class, Server.TOMCAT);
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
        "/functional/1, 200, SUCCESS",
        "/unknown, 404, SUCCESS",
        "/exception, 500, IGNORED",
        "/error-thrown, 500, IGNORED",
        "/timeout-thrown, 500, DROPPED",
        "/filtered, 500, IGNORED",
        "/send-error?status=400, 400, IGNORED",
        "/send-error?status=500, 500, IGNORED",
        "/send-error?status=503, 503, DROPPED",
        "/deferred-timeout, 503, DROPPED",
        "/long-poll, 200, IGNORED",
        "/cycles, 200, SUCCESS"
    })
    void request_ends_releasesOnce(String path, int status, Outcome outcome) {
        assertThat(Wire.get(service.port(), path).status()).isEqualTo(status);
        service.awaitEnded(before, Service.one(outcome));
    }

    @Test
    void synchronous_whileItRuns_isInFlight() {
        holdsUntilOpened("/wait?gate=" + gateName, "waited", SUCCESS);
    }

    @Test
    void callable_afterTheDispatchReturned_isInFlight() {
        holdsUntilOpened("/callable?gate=" + gateName, "called", SUCCESS);
    }

    @Test
    void streaming_afterTheFirstBytes_isInFlight() {
        holdsUntilOpened("/streamed?gate=" + gateName, "onetwo", SUCCESS);
    }

    @Test
    void deferredResult_untilItIsSet_isInFlight() {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", "/deferred?gate=" + gateName);
            gate.awaitArrival();
            assertThat(service.inFlight()).isOne();
            ServletApplication.DEFERRED.get(gateName).setResult("now");
            assertThat(wire.read("GET").body()).isEqualTo("now");
        }
        service.awaitEnded(before, Service.one(SUCCESS));
    }

    @Test
    void deferredResult_withTimeoutError_isDropped() {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", "/deferred?gate=" + gateName);
            gate.awaitArrival();
            ServletApplication.DEFERRED.get(gateName).setErrorResult(new java.util.concurrent.TimeoutException());
            assertThat(wire.read("GET").status()).isEqualTo(500);
        }
        service.awaitEnded(before, Service.one(DROPPED));
    }

    @Test
    void streaming_thatThrowsAnError_releasesOnce() {
        try (Wire wire = new Wire(service.port())) {
            Answer head = wire.send("GET", "/streamed-error").readHead();
            assertThat(head.status()).isEqualTo(200);
        }
        service.awaitEnded(before, Service.one(IGNORED));
    }

    @Test
    void sse_onceItIsOpen_isNoLongerInFlight() throws IOException {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", "/sse?gate=" + gateName);
            gate.awaitArrival();
            service.awaitEnded(before, Service.one(IGNORED));
            assertThat(service.longLived()).isOne();
            SseEmitter emitter = ServletApplication.EMITTERS.get(gateName);
            emitter.send("bye");
            emitter.complete();
            assertThat(wire.read("GET").body()).contains("hello").contains("bye");
        }
        await().until(() -> service.longLived() == 0);
        service.awaitEnded(before, Service.one(IGNORED));
    }

    @Test
    void sse_whoseClientGoes_endsOnce() {
        Wire wire = new Wire(service.port());
        wire.send("GET", "/sse?gate=" + gateName).readHead();
        gate.awaitArrival();
        wire.abort();
        SseEmitter emitter = ServletApplication.EMITTERS.get(gateName);
        await().untilAsserted(() -> {
            try {
                emitter.send("still there?");
            } catch (IOException | IllegalStateException gone) {
                // what is waited for
            }
            assertThat(service.longLived()).isZero();
        });
        service.awaitEnded(before, Service.one(IGNORED));
    }

    @Test
    void synchronous_whoseClientGoes_isIgnored() {
        Wire wire = new Wire(service.port());
        wire.send("GET", "/large?gate=" + gateName);
        gate.awaitArrival();
        wire.abort();
        gate.open();
        service.awaitEnded(before, Service.one(IGNORED));
    }

    private void holdsUntilOpened(String path, String body, Outcome outcome) {
        try (Wire wire = new Wire(service.port())) {
            wire.send("GET", path);
            gate.awaitArrival();
            assertThat(service.inFlight()).isOne();
            assertThat(service.stats().minus(before).completed()).isZero();
            gate.open();
            assertThat(wire.read("GET").body()).isEqualTo(body);
        }
        service.awaitEnded(before, Service.one(outcome));
    }
}
