/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.Figures;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What must hold of the runs. Stateless. */
final class Bars {
    static final String TEXT = """
            - in a contest scaling by Loadline has at most half the SLO-violation seconds (in that five times faster: no
              more) of the best scaling by CPU, which is that with the fewest, for at most 1.05 times its pod-seconds;
            - in an incident it never sets more than one replica above what the load needs, or one more than before a
              dependency became slow, and changes direction at most twice.
            """;

    private static final double VIOLATIONS = 0.5;
    /* Starts are not faster, and are most of the violations there. */
    private static final double VIOLATIONS_SCALED = 1;
    private static final double POD_SECONDS = 1.05;
    private static final double TARGET = 0.7;
    private static final int DIRECTION_CHANGES = 2;

    private Bars() {}

    static void judge(List<RunResult> results, Figures figures) {
        for (RunResult ours : results) {
            if (ours.contestant() != Contestant.LOADLINE) {
                continue;
            }
            Scenario scenario = ours.scenario();
            if (scenario.isIncident()) {
                figures.bar(scenario + "_runaway_bar", ours.highest() <= most(ours))
                        .bar(scenario + "_flapping_bar", ours.directionChanges() <= DIRECTION_CHANGES);
            } else {
                bestByCpu(results, scenario)
                        .ifPresent(best -> figures.put(scenario + "_best_cpu", best.contestant())
                                .bar(
                                        scenario + "_violations_bar",
                                        ours.violationSeconds() <= violations(scenario) * best.violationSeconds())
                                .bar(
                                        scenario + "_pod_seconds_bar",
                                        ours.podSeconds() <= POD_SECONDS * best.podSeconds()));
            }
        }
    }

    private static double violations(Scenario scenario) {
        return scenario == Scenario.FLASH_SCALED ? VIOLATIONS_SCALED : VIOLATIONS;
    }

    private static int most(RunResult result) {
        return 1
                + (result.scenario() == Scenario.DEPENDENCY
                        ? result.before()
                        : (int) Math.ceil(result.scenario().peak() / TARGET));
    }

    /** The CPU target that did best in all contests together; empty if none took part. */
    static Optional<Contestant> bestByCpu(List<RunResult> results) {
        return Arrays.stream(Contestant.values())
                .filter(Contestant::isCpu)
                .filter(contestant -> of(results, contestant).findAny().isPresent())
                .min(Comparator.comparingInt((Contestant contestant) -> of(results, contestant)
                                .mapToInt(RunResult::violationSeconds)
                                .sum())
                        .thenComparing(contestant -> of(results, contestant)
                                .mapToDouble(RunResult::podSeconds)
                                .sum()));
    }

    private static Stream<RunResult> of(List<RunResult> results, Contestant contestant) {
        return results.stream()
                .filter(result ->
                        result.contestant() == contestant && !result.scenario().isIncident());
    }

    private static Optional<RunResult> bestByCpu(List<RunResult> results, Scenario scenario) {
        return results.stream()
                .filter(result ->
                        result.scenario() == scenario && result.contestant().isCpu())
                .min(Comparator.comparingInt(RunResult::violationSeconds).thenComparing(RunResult::podSeconds));
    }
}
