/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.SampleProcess;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The start: what is told before the service is ready, and what ends a start. */
interface Arriving extends Scenes {
    int SIGTERM_EXIT = 128 + 15;

    @Shows(Behaviour.PROBES_WHILE_WARMING)
    default void probes_whileWarming_tellThatItLivesAndIsNotReady() {
        assertThat(arrival().probes()).extracting(Answer::status).containsExactly(200, 503, 200);
        assertThat(arrival().managementProbes()).extracting(Answer::status).containsExactly(200, 503, 200);
    }

    @Shows(Behaviour.READINESS_BODY)
    default void readiness_whileWarming_isOutOfServiceByName() {
        assertThat(arrival().probes())
                .extracting(probe -> Service.json(probe).at("/status").asString())
                .containsExactly("UP", "OUT_OF_SERVICE", "UP");
    }

    @Shows(Behaviour.LOAD_WHILE_WARMING)
    default void load_whileWarming_isNotTold() {
        assertThat(arrival().load().at("/load").isNull()).isTrue();
        assertThat(arrival().load().at("/load_percent").isNull()).isTrue();
        assertThat(arrival().load().at("/validity").asString()).isEqualTo("WARMING");
    }

    @Shows(Behaviour.SERVED_WHILE_WARMING)
    default void request_whileWarming_isServed() {
        assertThat(arrival().order().status()).isEqualTo(200);
    }

    @Shows(Behaviour.READY_MEANS_READY)
    default void prober_thatTakesReadinessAtItsWord_isNeverDisappointed() {
        assertThat(arrival().disappointments()).isEmpty();
    }

    @Shows(Behaviour.PROBES_READY)
    default void probes_ready_areUp() {
        List<Answer> probes = Arrival.PROBES.stream().map(service()::get).toList();
        assertThat(probes).extracting(Answer::status).containsOnly(200);
        assertThat(probes)
                .extracting(probe -> Service.json(probe).at("/status").asString())
                .containsOnly("UP");
        assertThat(adapter().managementProbes().stream().map(service()::manage).toList())
                .extracting(Answer::status)
                .containsOnly(200);
    }

    @Shows(Behaviour.STARTUP_REPORT)
    default void startupReport_tellsItsStages() {
        var report = Service.json(service().manage("/loadline/startup"));
        assertThat(report.at("/readyAfterSeconds").asDouble()).isPositive();
        assertThat(report.at("/stages"))
                .extracting(stage -> stage.at("/name").asString() + " "
                        + stage.at("/outcome").asString())
                .containsExactly("catalog DONE", "warm-up DONE");
    }

    @Shows(Behaviour.WRONG_SETTING)
    default void wrongSetting_endsTheStartAndIsNamed() throws Exception {
        SampleProcess.Ended ended = adapter().run(Map.of("loadline.limit.enforcement", "maybe"));

        assertThat(ended.exitCode()).as(ended.output()).isEqualTo(1);
        assertThat(ended.output()).contains("loadline.limit.enforcement", "maybe", "off", "shadow", "enforce");
    }

    @Shows(Behaviour.SIGTERM_WHILE_STARTING)
    default void sigterm_whileTheCatalogIsRead_endsAtOnce() throws Exception {
        try (SampleProcess starting = adapter().start(Map.of("loadline.startup.gate.max-wait", "0s"), 60_000)) {
            assertThat(Wire.get(starting.port(), "/readyz").status()).isEqualTo(503);
            long startNanos = System.nanoTime();

            assertThat(starting.terminate()).isEqualTo(SIGTERM_EXIT);

            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(10));
        }
    }
}
