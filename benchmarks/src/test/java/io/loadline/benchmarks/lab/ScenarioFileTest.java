/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFileTest {
    private static final long SECOND = 1_000_000_000L;

    private static final String GOOD = """
            title: A title
            about: Why
            stages:
              - {name: worker, servers: 8}
            routes:
              - {name: order, time: {worker: exponential 20ms}}
            phases:
              - {for: 30s, rate: 240}
              - {for: 10s, slow: {worker: 2}}
            """;

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("some.yaml"), text);
    }

    @Test
    void read_goodFile_hasDefaults() throws IOException {
        Scenario scenario = ScenarioFile.read(file(GOOD));
        assertThat(scenario.title()).isEqualTo("A title");
        assertThat(scenario.clients().deadline()).hasSeconds(1);
        assertThat(scenario.replicas()).isOne();
        Timeline timeline = new Timeline(scenario);
        assertThat(timeline.end()).isEqualTo(40 * SECOND);
        assertThat(timeline.rate(35 * SECOND)).isEqualTo(240);
        assertThat(timeline.slow(0, 29 * SECOND)).isEqualTo(1);
        assertThat(timeline.slow(0, 31 * SECOND)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "rate: 240 | rat: 240 | phases[0]: 'rat' is unknown here; known are [",
                "rate: 240 | rate: -1 | phases[0].rate: expected a number of at least 0, found -1",
                "rate: 240 | users: 2.5 | phases[0].users: expected a whole number of at least 0, found 2.5",
                "rate: 240 | ramp: yes please | phases[0].ramp: expected true or false",
                "{for: 30s, rate: 240} | {for: 30s} | phases[0]: a rate or users must be given",
                "for: 30s | for: 30 | phases[0].for: expected",
                "for: 30s | for: soon | phases[0].for: 'soon' is no duration as 300ms, 1.5s, 2m or 1h",
                "slow: {worker: 2} | slow: {walker: 2} | phases[1].slow: 'walker' is none of [worker]",
                "exponential 20ms | gaussian 20ms | routes[0].time.worker: 'gaussian 20ms' is none of ['fixed MEAN'",
                "exponential 20ms | pareto 20ms 0.9 | the shape of 'pareto 20ms 0.9' must be above 1",
                "title: A title | titel: A title | 'title' is missing",
                "for: 30s | for: 0s | phases[0].for: must be longer than 0",
                "rate: 240 | users: 5 | phases[0]: users must think for a while, set clients.think",
                "servers: 8 | cpu: true | stages: 'worker' is the CPUs and needs servers",
                "rate: 240 | rate: 240, quota: 1.5 | phases[0].quota: must be above 0 and at most 1",
                "rate: 240 | rate: 240, fails: {worker: 2} | phases[0].fails: a share must be between 0 and 1",
                "exponential 20ms | lognormal 20ms NaN | not a number of at least 0: 'NaN'",
                "servers: 8 | servers: 0 | stages[0].servers: expected a whole number of at least 1, found 0",
            })
    void read_mistake_isToldWithItsPlace(String good, String bad, String message) throws IOException {
        Path file = file(GOOD.replace(good, bad));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioFile.read(file))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining(message);
    }

    @Test
    void read_noYaml_isToldWithTheFile() throws IOException {
        Path file = file("title: {");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioFile.read(file))
                .withMessageContaining(file.toString());
    }

    @Test
    void scenariosOfTheProject_canBeRead() throws IOException {
        List<Path> files = ScenarioFile.in(Workspace.root().resolve("benchmarks/scenarios"));
        assertThat(files).hasSizeGreaterThan(20);
        for (Path file : files) {
            assertThat(new Timeline(ScenarioFile.read(file)).end()).isPositive();
        }
    }
}
