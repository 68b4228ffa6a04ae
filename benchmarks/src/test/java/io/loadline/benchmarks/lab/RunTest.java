/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulated service behaves as theory says. */
class RunTest {
    private static final Guard.Factory NO_LIMIT = surroundings -> Contestant.fixed(Integer.MAX_VALUE);

    @TempDir
    Path folder;

    private Scenario scenario(String clients, String stages, String routes, String phases) throws IOException {
        return ScenarioFile.read(
                Files.writeString(folder.resolve("some.yaml"), """
                title: Some
                about: Of this test
                clients: %s
                stages: %s
                routes: %s
                phases: %s
                """.formatted(clients, stages, routes, phases)));
    }

    private Score run(String clients, String stages, String routes, String phases) throws IOException {
        return Run.of(scenario(clients, stages, routes, phases), NO_LIMIT, 1).score();
    }

    /** M/M/1 at half load: latency is exponential, too, with twice the mean of the work. */
    @Test
    void queue_memoryless_latencyIsThatOfTheory() throws IOException {
        Score score = run(
                "{deadline: 1s}",
                "[{name: worker, servers: 1}]",
                "[{name: order, time: {worker: exponential 10ms}}]",
                "[{for: 2000s, rate: 50}]");
        assertThat(score.offered()).isCloseTo(100_000, within(2_000L));
        assertThat(score.millis(50)).isCloseTo(Math.log(2) * 20, within(0.7));
        assertThat(score.millis(99)).isCloseTo(Math.log(100) * 20, within(6.0));
    }

    @Test
    void quota_ofHalfTheCpus_halvesThroughput() throws IOException {
        Score score = run(
                "{deadline: 60s}",
                "[{name: worker, servers: 4, cpu: true}]",
                "[{name: order, time: {worker: fixed 10ms}}]",
                "[{for: 20s, rate: 0, quota: 0.5}, {for: 10s, rate: 1000}, {for: 60s, rate: 0}]");
        // Ten thousand calls of 10 ms on four halved CPUs take 50 s, from the 20th on; the last that arrive wait 40 s.
        assertThat(score.good(20, 30)).isCloseTo(10_000, within(350L));
        assertThat(score.millis(100)).isCloseTo(40_000, within(2_000.0));
    }

    @Test
    void pauses_takeTheirShareOfThroughput() throws IOException {
        Score score = run(
                "{deadline: 60s}",
                "[{name: worker, servers: 4, cpu: true}]",
                "[{name: order, time: {worker: fixed 10ms}}]",
                "[{for: 10s, rate: 800, pauses: {every: 1s, length: 500ms}}, {for: 60s, rate: 0}]");
        // Eight thousand calls of 10 ms on four CPUs that run half of the time take about 40 s; the last have waited
        // for 30.
        assertThat(score.millis(100)).isCloseTo(29_500, within(2_000.0));
    }

    @Test
    void closedLoop_throughputFollowsFromUsersAndTimes() throws IOException {
        Score score = run(
                "{think: 400ms}",
                "[{name: io}]",
                "[{name: order, time: {io: fixed 100ms}}]",
                "[{for: 300s, users: 10}]");
        assertThat(score.good() / 300.0).isCloseTo(20, within(0.6));
    }

    @Test
    void retries_comeAfterARefusal() throws IOException {
        Scenario scenario = scenario(
                "{retries: 2, backoff: 100ms}",
                "[{name: io}]",
                "[{name: order, time: {io: fixed 10ms}}]",
                "[{for: 100s, rate: 10}]");
        Score score = Run.of(scenario, surroundings -> Contestant.fixed(0), 1).score();
        assertThat(score.good()).isZero();
        assertThat(score.refusedShare()).isCloseTo(3, within(0.05));
    }

    @Test
    void stage_withPatienceAndTimeout_failsCalls() throws IOException {
        Score waited = run(
                "{deadline: 10s}",
                "[{name: pool, servers: 1, wait: 1s}]",
                "[{name: order, time: {pool: fixed 500ms}}]",
                "[{for: 30s, rate: 10}]");
        assertThat(waited.good()).isCloseTo(60, within(3L));
        assertThat(waited.millis(100)).isLessThanOrEqualTo(1_501);
        Score timedOut = run(
                "{deadline: 10s}",
                "[{name: pool, timeout: 200ms}]",
                "[{name: order, time: {pool: fixed 500ms}}]",
                "[{for: 30s, rate: 10}]");
        assertThat(timedOut.good()).isZero();
        assertThat(timedOut.millis(100)).isCloseTo(200, within(1.0));
    }

    /** A pool's hand-over is the work of the process, too. */
    @Test
    void pause_stopsWhatIsNoCpuWork_untilItIsOver() throws IOException {
        Score score = run(
                "{deadline: 10s}",
                "[{name: pool, servers: 100}]",
                "[{name: order, time: {pool: fixed 10ms}}]",
                "[{for: 20s, rate: 100, pauses: {every: 300ms, length: 100ms}}]");
        assertThat(score.millis(50)).isCloseTo(10, within(0.1));
        assertThat(score.millis(99)).isBetween(90.0, 111.0);
    }

    @Test
    void workOfTwoStages_isDrawnIndependently() throws IOException {
        Scenario scenario = scenario(
                "{}",
                "[{name: one}, {name: two}]",
                "[{name: order, time: {one: exponential 10ms, two: exponential 10ms}}]",
                "[{for: 1s, rate: 1}]");
        int calls = 10_000;
        double product = 0;
        for (int i = 0; i < calls; i++) {
            Call call = new Call(scenario, 0, 0, Call.numbers(1, i, 0));
            Call later = new Call(scenario, 0, 0, Call.numbers(1, i + 2, 0));
            product += (call.seconds(1) * 100 - 1) * (later.seconds(0) * 100 - 1);
        }
        assertThat(product / calls).isCloseTo(0, within(0.05));
    }

    @Test
    void users_whoAreRefused_askAgainAfterThinking() throws IOException {
        Scenario scenario = scenario(
                "{think: 100ms}",
                "[{name: io}]",
                "[{name: order, time: {io: fixed 10ms}}]",
                "[{for: 10s, users: 5}, {for: 10s, users: 2}]");
        Score score = Run.of(scenario, surroundings -> Contestant.fixed(0), 1).score();
        assertThat(score.offered()).isCloseTo(700, within(60L));
    }

    @Test
    void thrash_makesWorkDearerForEachThatWaits() throws IOException {
        // Ten at once for one server: the first sees none waiting, the next eight, then seven ...
        Score score = run(
                "{deadline: 10s}",
                "[{name: worker, servers: 1, thrash: 0.1}]",
                "[{name: order, time: {worker: fixed 10ms}}]",
                "[{for: 3s, rate: 0, bursts: {every: 2s, calls: 10}}]");
        double millis = 10;
        for (int waiting = 8; waiting >= 0; waiting--) {
            millis += 10 * (1 + 0.1 * waiting);
        }
        assertThat(score.offered()).isEqualTo(10);
        assertThat(score.millis(100)).isCloseTo(millis, within(0.2));
    }

    @Test
    void replicas_shareWhatIsShared() throws IOException {
        String routes = "[{name: order, time: {database: fixed 10ms}}]";
        String phases = "[{for: 10s, rate: 1000}, {for: 30s, rate: 0}]";
        String clients = "{deadline: 60s}";
        Score shared = replicas(clients, "[{name: database, servers: 2, shared: true}]", routes, phases);
        // Ten thousand calls of 10 ms on two servers.
        assertThat(shared.millis(100)).isCloseTo(40_000, within(2_500.0));
        Score own = replicas(clients, "[{name: database, servers: 2}]", routes, phases);
        assertThat(own.millis(100)).isCloseTo(2_500, within(1_500.0));
    }

    private Score replicas(String clients, String stages, String routes, String phases) throws IOException {
        Scenario scenario = ScenarioFile.read(
                Files.writeString(folder.resolve("replicas.yaml"), """
                title: Some
                about: Of this test
                replicas: 4
                clients: %s
                stages: %s
                routes: %s
                phases: %s
                """.formatted(clients, stages, routes, phases)));
        return Run.of(scenario, NO_LIMIT, 1).score();
    }

    @Test
    void answerThatIsLate_isAskedForAgain() throws IOException {
        Score score = run(
                "{deadline: 50ms, retries: 1, backoff: 10ms}",
                "[{name: io}]",
                "[{name: order, time: {io: bimodal 10ms 0.5 200ms}}]",
                "[{for: 100s, rate: 10}]");
        // Half of the first attempts are in time, and half of the second ones.
        assertThat((double) score.good() / score.offered()).isCloseTo(0.75, within(0.05));
    }

    @Test
    void ramp_movesRateAndSlownessEvenly() throws IOException {
        Timeline timeline = new Timeline(scenario(
                "{}",
                "[{name: io}]",
                "[{name: order, time: {io: fixed 10ms}}]",
                "[{for: 10s, rate: 100}, {for: 10s, rate: 200, slow: {io: 3}, ramp: true}, {for: 10s, rate: 50}]"));
        long second = 1_000_000_000L;
        assertThat(timeline.rate(15 * second)).isEqualTo(150);
        assertThat(timeline.slow(0, 15 * second)).isEqualTo(2);
        assertThat(timeline.rate(20 * second)).isEqualTo(50);
        assertThat(timeline.slow(0, 25 * second)).isEqualTo(3);
    }

    @Test
    void run_sameSeed_isTheSame() throws IOException {
        Scenario scenario = scenario(
                "{retries: 1}",
                "[{name: worker, servers: 4}]",
                "[{name: order, time: {worker: lognormal 20ms 0.5}}]",
                "[{for: 20s, rate: 100}, {for: 20s, rate: 600}]");
        Score first = Run.of(scenario, Contestant.LOADLINE.factory, 7).score();
        Score again = Run.of(scenario, Contestant.LOADLINE.factory, 7).score();
        assertThat(again.good()).isEqualTo(first.good());
        assertThat(again.millis(99)).isEqualTo(first.millis(99));
        assertThat(Run.of(scenario, Contestant.LOADLINE.factory, 8).score().good())
                .isNotEqualTo(first.good());
    }

    @Test
    void oracle_findsTheLimitThatKeepsServersBusyAndAnswersInTime() throws IOException {
        Scenario scenario = scenario(
                "{deadline: 100ms}",
                "[{name: worker, servers: 4}]",
                "[{name: order, time: {worker: fixed 20ms}}]",
                "[{for: 60s, rate: 600}]");
        Oracle oracle = Oracle.search(scenario, 1);
        assertThat(oracle.single()).isBetween(4, 20);
        assertThat(oracle.run().score().good() / 60.0).isCloseTo(200, within(4.0));
    }
}
