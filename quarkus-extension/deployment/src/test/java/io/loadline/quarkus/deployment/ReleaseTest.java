/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static io.loadline.limit.Outcome.IGNORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.limit.Route;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a request is served and ends releases its permit once, at that moment. */
class ReleaseTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "10");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    private LimiterStats before;
    private String gateName;
    private Gate gate;

    @BeforeEach
    void countBefore() {
        Held.awaitCounted(loadline);
        before = loadline.limiter().stats();
        gateName = Gate.newName();
        gate = Gate.of(gateName);
    }

    @AfterEach
    void nothingIsLeft() {
        gate.open();
        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/1, 200, SUCCESS",
        "/empty, 204, SUCCESS",
        "/unknown, 404, SUCCESS",
        "/thrown, 500, IGNORED",
        "/failed, 500, IGNORED",
        "/timeout, 500, DROPPED",
        "/status?status=400, 400, IGNORED",
        "/status?status=404, 404, SUCCESS",
        "/status?status=500, 500, IGNORED",
        "/status?status=503, 503, DROPPED"
    })
    void request_ends_releasesOnce(String path, int status, String outcome) {
        assertThat(Wire.get(url.getPort(), path).status()).isEqualTo(status);
        // Not as a parameter: whoever converts it knows another class of that name.
        Held.awaitEnded(loadline, before, Held.one(Outcome.valueOf(outcome)));
    }

    @ParameterizedTest
    @CsvSource({
        "/held, opened",
        "/held-uni, opened",
        "/held-stage, opened",
        "/streamed, oneopened",
        "/output, onetwo",
        "/changes, opened"
    })
    void response_untilItIsWritten_isInFlight(String path, String body) {
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("GET", path + "?gate=" + gateName);
            gate.awaitArrival();
            assertThat(loadline.limiter().inFlight()).isOne();
            assertThat(loadline.limiter().stats().minus(before).completed()).isZero();
            gate.open();
            assertThat(wire.read("GET").body()).contains(body);
        }
        Held.awaitEnded(loadline, before, Held.one(Outcome.SUCCESS));
    }

    /** What nobody works for any more is over. */
    @ParameterizedTest
    @ValueSource(strings = {"/held-uni", "/held-stage", "/streamed", "/lines"})
    void client_thatGoes_releasesOnceWhatIsCancelled(String path) {
        Wire wire = new Wire(url.getPort());
        wire.send("GET", path + "?gate=" + gateName);
        gate.awaitArrival();
        wire.abort();
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
        gate.open();
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
    }

    /** Otherwise a crowd of impatient clients would have any number of workers busy. */
    @ParameterizedTest
    @ValueSource(strings = {"/held", "/output"})
    void client_thatGoes_keepsItsPlaceUntilItsWorkerIsDone(String path) {
        Wire wire = new Wire(url.getPort());
        wire.send("GET", path + "?gate=" + gateName);
        gate.awaitArrival();
        wire.abort();
        Gate.of(gateName + "-gone").awaitArrival();
        assertThat(loadline.limiter().inFlight()).isOne();
        assertThat(loadline.limiter().stats().minus(before).completed()).isZero();
        gate.open();
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
    }

    /** What it does until then is work. */
    @Test
    void eventStream_isACallUntilItsResourceHasReturned() {
        String then = Gate.newName();
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("GET", "/prepared-sse?gate=" + gateName + "&then=" + then);
            gate.awaitArrival();
            assertThat(loadline.limiter().inFlight()).isOne();
            assertThat(loadline.limiter().streams().open()).isOne();
            assertThat(loadline.drain().longLived().count()).isZero();
            gate.open();
            Gate.of(then).awaitArrival();
            Held.awaitEnded(loadline, before, Held.one(IGNORED));
            assertThat(loadline.drain().longLived().count()).isOne();
            assertThat(loadline.limiter().streams().open()).isOne();
            Gate.of(then).open();
            assertThat(wire.read("GET").body()).contains("hello", "opened");
        }
        await().until(() -> loadline.limiter().streams().open() == 0);
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
    }

    @Test
    void eventStream_thatFailsBeforeItBegins_isNoStream() {
        assertThat(Wire.get(url.getPort(), "/failed-sse").status()).isEqualTo(500);
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
        assertThat(loadline.limiter().streams().open()).isZero();
        assertThat(loadline.drain().longLived().count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eventStream_isNoCall(boolean abort) {
        Wire wire = new Wire(url.getPort());
        wire.send("GET", "/sse?gate=" + gateName);
        gate.awaitArrival();
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
        assertThat(loadline.drain().longLived().count()).isOne();
        if (abort) {
            wire.abort();
        } else {
            gate.open();
            assertThat(wire.read("GET").body()).contains("hello");
        }
        await().until(() -> loadline.drain().longLived().count() == 0);
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
        wire.close();
    }

    @Test
    void otherStream_takesNoPlaceInTheLimitUntilItEnds() {
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("GET", "/lines?gate=" + gateName);
            gate.awaitArrival();
            await().until(() -> loadline.limiter().streams().open() == 1);
            assertThat(loadline.limiter().inFlight()).isZero();
            gate.open();
            assertThat(wire.read("GET").body()).contains("one", "opened");
        }
        await().until(() -> loadline.limiter().streams().open() == 0);
        Held.awaitEnded(loadline, before, Held.one(IGNORED));
    }

    @Test
    void streaming_thatFailsHalfWay_releasesOnce() {
        try (Wire wire = new Wire(url.getPort())) {
            assertThat(wire.send("GET", "/half").readHead().status()).isEqualTo(200);
            Held.awaitEnded(loadline, before, Held.one(IGNORED));
        }
    }

    @Test
    void body_isReadAfterAdmission() {
        String body = "x".repeat(100_000);
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("POST", "/orders", "Content-Type: text/plain", "Content-Length: " + body.length())
                    .raw(body);
            assertThat(wire.read("POST").body()).isEqualTo("added 100000");
        }
        Held.awaitEnded(loadline, before, Held.one(Outcome.SUCCESS));
    }

    @Test
    void route_isTheTemplateOfTheEndpoint() {
        assertThat(Wire.get(url.getPort(), "/orders/7").status()).isEqualTo(200);
        assertThat(loadline.limiter().routes()).extracting(Route::name).contains("GET /orders/{id}");
    }
}
