/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
    @ParameterizedTest
    @EnumSource
    void offered_staysWithinWhatTheFleetCanCarryAndReturns(Scenario scenario) {
        double highest = IntStream.range(0, scenario.seconds)
                .mapToDouble(scenario::offered)
                .max()
                .orElseThrow();
        assertThat(highest).isCloseTo(scenario.peak(), within(1e-9)).isLessThan(0.7 * LoopRun.MAX_REPLICAS);
        assertThat(scenario.offered(scenario.seconds)).isCloseTo(scenario.offered(0), within(1e-9));
        assertThat(scenario.incidentSeconds).isLessThan(scenario.seconds);
    }

    /** Whoever doubles two pods once has not enough; else the flash crowd would tell starts apart, and no signals. */
    @Test
    void offered_inTheFlashCrowd_isMoreThanFourPodsCanDo() {
        assertThat(Scenario.FLASH.peak()).isGreaterThan(4);
    }

    @Test
    void slowMinute_isOverBeforeTheScenarioIs_alsoWhereItsTimesAreShorter() {
        assertThat(Scenario.DEPENDENCY.incidentSeconds + LoopRun.SLOW_SECONDS * Pace.SHORTENED.faster())
                .isLessThan(Scenario.DEPENDENCY.seconds);
    }
}
