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

    /** No target may have more pods than the others before the crowd comes, and who doubles them twice has too few then. */
    @Test
    void offered_beforeTheFlashCrowdAndInIt_takesOnePodAndMoreThanFour() {
        assertThat(Scenario.FLASH.offered(0)).isLessThan(0.4);
        assertThat(Scenario.FLASH.peak()).isGreaterThan(4);
    }

    @Test
    void flash_scaled_isTheSame() {
        for (double second = 0; second <= Scenario.FLASH.seconds; second += 0.5) {
            assertThat(Scenario.FLASH_SCALED.offered(second)).isEqualTo(Scenario.FLASH.offered(second));
        }
    }

    @Test
    void slowMinute_isOverBeforeTheScenarioIs_alsoWhereItsTimesAreShorter() {
        assertThat(Scenario.DEPENDENCY.incidentSeconds + LoopRun.SLOW_SECONDS * Pace.SHORTENED.faster())
                .isLessThan(Scenario.DEPENDENCY.seconds);
    }
}
