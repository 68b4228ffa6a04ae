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

/**
 * What was seen of a service from SIGTERM to its end, with a request and an event stream open. Immutable.
 *
 * @param probes of liveness, readiness and start, when the drain had been announced
 * @param load what {@code /loadline/load} told then
 * @param status what {@code /loadline} told then
 * @param metrics what Prometheus read then
 * @param kept a request on a connection that was there before
 * @param keptClosed whether that connection was closed then
 * @param fresh a request on a new connection
 * @param stream how the event stream ended
 * @param late a request when traffic was expected no more
 * @param lateProbes of liveness, readiness and start then
 * @param finished the request that was open
 * @param exitCode of the process
 * @param listens whether it took a connection afterwards
 */
record Departure(
        List<Answer> probes,
        JsonNode load,
        JsonNode status,
        String metrics,
        Answer kept,
        boolean keptClosed,
        Answer fresh,
        String stream,
        Answer late,
        List<Answer> lateProbes,
        Answer finished,
        int exitCode,
        boolean listens) {
    /** Longer than all that comes before its end. */
    private static final String WORK = "/work?ms=12000";

    static Departure watch(Service service) throws InterruptedException {
        try (Wire before = new Wire(service.port());
                Wire events = new Wire(service.port());
                Wire work = new Wire(service.port())) {
            assertThat(before.get("/orders/1").header("connection")).isNull();
            assertThat(events.send("GET", "/stream").readHead().status()).isEqualTo(200);
            assertThat(events.readChunk()).isNotEmpty();
            work.send("GET", WORK);
            Service.soon().until(() -> service.status().at("/inFlight").asInt() > 0);

            service.sigterm();

            Service.soon().until(() -> service.get("/readyz").status() == 503);
            List<Answer> probes = Arrival.PROBES.stream().map(service::get).toList();
            JsonNode load = Service.json(service.manage("/loadline/load"));
            JsonNode status = service.status();
            String metrics = service.metrics();
            Answer kept = before.get("/orders/2", LoadReports.ASK_TEXT);
            boolean keptClosed = before.isClosedByServer();
            Answer fresh = service.get("/orders/3");
            String stream = toEnd(events);

            Service.soon().until(() -> service.get("/orders/4").status() == 503);
            Answer late = service.get("/orders/4");
            List<Answer> lateProbes = Arrival.PROBES.stream().map(service::get).toList();

            Answer finished = work.read("GET");
            int exitCode = service.exitCode();
            return new Departure(
                    probes,
                    load,
                    status,
                    metrics,
                    kept,
                    keptClosed,
                    fresh,
                    stream,
                    late,
                    lateProbes,
                    finished,
                    exitCode,
                    service.listens());
        }
    }

    private static String toEnd(Wire events) {
        try {
            events.skipChunks();
            return "ended";
        } catch (RuntimeException cut) {
            return "cut: " + cut;
        }
    }
}
