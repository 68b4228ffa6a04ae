/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.benchmarks.harness.Figures;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarsTest {
    @Test
    void directionChanges_countsTurnsNotSteps() {
        assertThat(run(Scenario.WAVE, Contestant.LOADLINE, 0, 0, 2, 3, 3, 5, 4, 4, 2)
                        .directionChanges())
                .isEqualTo(1);
        assertThat(run(Scenario.WAVE, Contestant.LOADLINE, 0, 0, 2, 3, 2, 2, 3).directionChanges())
                .isEqualTo(2);
        assertThat(run(Scenario.WAVE, Contestant.LOADLINE, 0, 0, 2, 2).directionChanges())
                .isZero();
    }

    @Test
    void judge_contest_comparesWithTheScalingByCpuThatViolatesLeast() {
        RunResult cheap = run(Scenario.FLASH, Contestant.CPU80, 30, 900, 2);
        RunResult best = run(Scenario.FLASH, Contestant.CPU50, 20, 1000, 2);
        assertThat(judge(run(Scenario.FLASH, Contestant.LOADLINE, 10, 1050, 2), cheap, best))
                .isZero();
        assertThat(judge(run(Scenario.FLASH, Contestant.LOADLINE, 11, 1050, 2), cheap, best))
                .isEqualTo(1);
        assertThat(judge(run(Scenario.FLASH, Contestant.LOADLINE, 10, 1051, 2), cheap, best))
                .isEqualTo(1);
    }

    @Test
    void judge_contestThatIsFiveTimesFaster_asksForNoMoreViolations() {
        RunResult best = run(Scenario.FLASH_SCALED, Contestant.CPU50, 20, 1000, 2);
        assertThat(judge(run(Scenario.FLASH_SCALED, Contestant.LOADLINE, 20, 1000, 2), best))
                .isZero();
        assertThat(judge(run(Scenario.FLASH_SCALED, Contestant.LOADLINE, 21, 1000, 2), best))
                .isEqualTo(1);
    }

    @Test
    void judge_contestOfTwoWithoutViolations_holds() {
        RunResult best = run(Scenario.WAVE, Contestant.CPU50, 0, 1000, 2);
        assertThat(judge(run(Scenario.WAVE, Contestant.LOADLINE, 0, 900, 2), best))
                .isZero();
    }

    @Test
    void judge_incident_failsWhoRunsAwayOrFlaps() {
        // What was set before is 2 in all of these.
        assertThat(judge(run(Scenario.DEPENDENCY, Contestant.LOADLINE, 0, 0, 2, 3, 2)))
                .isZero();
        assertThat(judge(run(Scenario.DEPENDENCY, Contestant.LOADLINE, 0, 0, 2, 4, 2)))
                .isEqualTo(1);
        assertThat(judge(run(Scenario.DEPENDENCY, Contestant.LOADLINE, 0, 0, 2, 3, 2, 3, 2)))
                .isEqualTo(1);
        assertThat(judge(run(Scenario.KILLS, Contestant.LOADLINE, 0, 0, 2, 5, 2)))
                .isZero();
        assertThat(judge(run(Scenario.KILLS, Contestant.LOADLINE, 0, 0, 2, 6, 2)))
                .isEqualTo(1);
    }

    @Test
    void bestByCpu_hasTheFewestViolationsInAllContestsTogether_thenTheFewestPodSeconds() {
        List<RunResult> results = List.of(
                run(Scenario.FLASH, Contestant.LOADLINE, 1, 900, 2),
                run(Scenario.FLASH, Contestant.CPU50, 20, 1000, 2),
                run(Scenario.FLASH, Contestant.CPU60, 10, 1100, 2),
                run(Scenario.FLASH, Contestant.CPU70, 25, 900, 2),
                run(Scenario.WAVE, Contestant.CPU50, 5, 1000, 2),
                run(Scenario.WAVE, Contestant.CPU60, 30, 1000, 2),
                run(Scenario.WAVE, Contestant.CPU70, 0, 800, 2),
                run(Scenario.KILLS, Contestant.CPU70, 500, 800, 2));

        assertThat(Bars.bestByCpu(results)).contains(Contestant.CPU70);
        assertThat(Bars.bestByCpu(results.subList(0, 1))).isEmpty();
    }

    private static int judge(RunResult... results) {
        Figures figures = new Figures();
        Bars.judge(List.of(results), figures);
        return figures.exitCode();
    }

    private static RunResult run(
            Scenario scenario, Contestant contestant, int violationSeconds, double podSeconds, Integer... desired) {
        return new RunResult(
                scenario, contestant, violationSeconds, 1000, 0, 0, podSeconds, List.of(desired), desired[0]);
    }
}
