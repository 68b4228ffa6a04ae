/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.drain.UnfinishedCall;
import io.loadline.spring.testing.FarewellContract;
import io.loadline.spring.testing.Server;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds on servlet containers besides. */
abstract class ServletFarewellContract extends FarewellContract {

    ServletFarewellContract(Server server) {
        super(FarewellApplication.class, server);
    }

    @Override
    protected void assertEarly(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("nothing new");
    }

    @Override
    protected int expectedOpen() {
        return 10;
    }

    @Override
    protected List<String> refusable() {
        return List.of("/sse", "/flux", "/silent", "/silent-events");
    }

    /** Bytes can no longer be had then, and the encoding is what it is. */
    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16"})
    void stream_beyondTheMost_whoseWriterWasTaken_isToldWhy(String encoding) {
        start("loadline.limit.max-streams=0");
        try (Wire refused = wire("/events/raw?encoding=" + encoding)) {
            Answer answer = refused.read("GET");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body().replace("\0", ""))
                    .contains("\"reason\":\"route_cap\"")
                    .doesNotContain("hello");
            assertThat(answer.header("content-type")).startsWith("application/problem+json");
        }
    }

    @Test
    void emitterOfLines_onALongLivedPath_beyondTheMost_staysACall() {
        assertStaysACall("/emitted-lines");
    }

    @Test
    void stream_beyondTheMost_thatHasWrittenBefore_isAnsweredInPlaceOfThat() {
        start("loadline.limit.max-streams=0");
        try (Wire refused = wire("/begun?flush=false")) {
            Answer answer = refused.read("GET");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"route_cap\"").doesNotContain("half");
        }
    }

    @Test
    void stream_beyondTheMost_whoseAnswerIsOnItsWay_endsThatAsItIs() {
        start("loadline.limit.max-streams=0");
        try (Wire refused = wire("/begun?flush=true")) {
            Answer answer = refused.read("GET");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("half an answer").doesNotContain("route_cap");
        }
    }

    @Override
    protected Runnable openOthers() {
        Wire functional = wire("/functional");
        Wire flux = wire("/flux");
        Wire silent = wire("/silent-flux", "Accept: text/event-stream, application/json");
        Wire events = wire("/silent-events");
        Wire raw = wire("/poll/raw");
        assertThat(functional.readHead().status()).isEqualTo(200);
        assertThat(flux.readHead().status()).isEqualTo(200);
        Client stomp = connect("/stomp", "v12.stomp");
        stomp.socket
                .sendText("CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\u0000", true)
                .join();
        assertThat(join(stomp.message)).startsWith("CONNECTED");
        return () -> {
            functional.skipChunks();
            flux.skipChunks();
            assertThat(silent.read("GET").status()).isEqualTo(200);
            assertThat(events.read("GET").status()).isEqualTo(200);
            assertEarly(raw.read("GET"));
            assertThat(join(stomp.closed)).isEqualTo(1001);
            functional.close();
            flux.close();
            silent.close();
            events.close();
            raw.close();
        };
    }

    @Override
    protected Runnable holdOthers() {
        String gate = Gate.newName();
        Wire blocking = wire("/blocking?gate=" + gate);
        Gate.of(gate).awaitArrival();
        return () -> {
            Gate.of(gate).open();
            assertThat(blocking.read("GET").body()).isEqualTo("passed");
            blocking.close();
        };
    }

    @Override
    protected void assertHeld(List<UnfinishedCall> unfinished) {
        super.assertHeld(unfinished);
        assertThat(unfinished).anySatisfy(call -> {
            assertThat(call.route()).isEqualTo("GET /blocking");
            assertThat(call.thread()).isNotBlank();
        });
    }
}
