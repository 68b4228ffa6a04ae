/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.DoubleSummaryStatistics;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gates of eight instances that know nothing of each other, in a model; benchmarks/startup has the real ones. */
class FleetTest {
    private static final int SEEDS = 20;
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"1.0, 0.3, 64", "1.0, 0.3, 256", "0.3, 1.2, 64", "0.3, 1.2, 256", "3.0, 1.0, 64", "3.0, 1.0, 256"})
    void instancesThatSenseEachOther_doNotPeakTogether(double grow, double hold, long steadyMib) {
        DoubleSummaryStatistics peaks = IntStream.range(0, SEEDS)
                .mapToDouble(seed -> {
                    SimulatedFleet fleet = new SimulatedFleet(8, seed, steadyMib * MIB, grow, hold, gate -> {});
                    fleet.run();
                    return fleet.peakOfSteady();
                })
                .summaryStatistics();

        assertThat(peaks.getAverage()).isLessThan(1.35);
        assertThat(peaks.getMax()).isLessThanOrEqualTo(1.5);
    }
}
