/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire.Answer;
import tools.jackson.databind.JsonNode;

/** SIGTERM, with a request and an event stream open. */
interface Leaving extends Scenes {

    @Shows(Behaviour.PROBES_WHILE_LEAVING)
    default void probes_whileLeaving_tellThatItLivesAndIsNotReady() throws Exception {
        assertThat(departure().probes()).extracting(Answer::status).containsExactly(200, 503, 200);
        assertThat(departure().lateProbes()).extracting(Answer::status).containsExactly(200, 503, 200);
    }

    @Shows(Behaviour.LOAD_WHILE_LEAVING)
    default void load_whileLeaving_isNotTold() throws Exception {
        assertThat(departure().load().at("/load").isNull()).isTrue();
        assertThat(departure().load().at("/load_percent").isNull()).isTrue();
        assertThat(departure().load().at("/validity").asString()).isEqualTo("DRAINING");
        assertThat(departure().metrics()).doesNotContainPattern("(?m)^loadline_load(_percent)? ");
    }

    @Shows(Behaviour.STATUS_WHILE_LEAVING)
    default void status_whileLeaving_tellsTheDrain() throws Exception {
        JsonNode status = departure().status();
        assertThat(status.at("/state").asString()).isEqualTo("DRAINING");
        assertThat(status.at("/drain/phase").asString()).isIn("ANNOUNCING", "SETTLING");
        assertThat(status.at("/drain/remainingSeconds").asDouble()).isPositive();
        assertThat(departure().metrics()).containsPattern("(?m)^loadline_state\\{state=\"draining\",?} 1.0$");
    }

    @Shows(Behaviour.SERVED_WHILE_SETTLING)
    default void requests_untilTrafficHasStopped_areServed() throws Exception {
        assertThat(departure().kept().status()).isEqualTo(200);
        assertThat(departure().fresh().status()).isEqualTo(200);
    }

    @Shows(Behaviour.CONNECTIONS_CLOSE)
    default void connections_areToldToCloseAndClosed() throws Exception {
        assertThat(departure().kept().header("connection")).isEqualTo("close");
        assertThat(departure().keptClosed()).isTrue();
        assertThat(departure().fresh().header("connection")).isEqualTo("close");
    }

    @Shows(Behaviour.PROBE_CONNECTIONS_CLOSE)
    default void probeConnections_areToldToClose() throws Exception {
        assertThat(departure().probes())
                .extracting(probe -> probe.header("connection"))
                .containsOnly("close");
    }

    @Shows(Behaviour.REPORT_WHILE_LEAVING)
    default void loadReport_whileLeaving_keepsBalancersAway() throws Exception {
        assertThat(departure().kept().header(LoadReports.REPORT)).contains("application_utilization:10,");
    }

    @Shows(Behaviour.STREAMS_END)
    default void stream_isEndedAndNotCut() throws Exception {
        assertThat(departure().stream()).isEqualTo("ended");
    }

    @Shows(Behaviour.REFUSED_WHEN_QUIESCING)
    default void requests_afterTheAnnouncedTime_areRefused() throws Exception {
        Answer late = departure().late();
        assertThat(late.status()).isEqualTo(503);
        assertThat(late.header("content-type")).isEqualTo("application/problem+json");
        assertThat(late.header("retry-after")).isEqualTo("1");
        assertThat(late.header("connection")).isEqualTo("close");
        assertThat(Service.json(late).at("/reason").asString()).isEqualTo("draining");
    }

    @Shows(Behaviour.IN_FLIGHT_FINISHES)
    default void requestInFlight_finishes() throws Exception {
        assertThat(departure().finished().status()).isEqualTo(200);
        assertThat(departure().finished().header("connection")).isEqualTo("close");
        assertThat(Service.json(departure().finished()).at("/kind").asString()).isEqualTo("work");
    }

    @Shows(Behaviour.EXIT_CODE)
    default void process_endsAsAfterASignal() throws Exception {
        assertThat(departure().exitCode()).isEqualTo(Arriving.SIGTERM_EXIT);
        assertThat(departure().listens()).isFalse();
    }
}
