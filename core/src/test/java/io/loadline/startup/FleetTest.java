/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.startup.SimulatedFleet.Shape;
import java.util.DoubleSummaryStatistics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gates of eight instances that know nothing of each other, in a model; benchmarks/startup has real ones. */
class FleetTest {
    private static final int SIZE = 8;
    private static final int SEEDS = 20;

    /** Without gates all take twice their steady memory at once: 2.0. */
    @ParameterizedTest
    @CsvSource({
        // steady MiB, boot s, grow s, hold s, CPU share
        "75, 0.7, 1.0, 0.2, 0.3",
        "300, 0.7, 1.5, 0.1, 0.3",
        "75, 0.7, 2.0, 0.3, 0.6",
        "75, 0.7, 0.3, 1.2, 0.5",
        "300, 2.0, 3.0, 1.0, 0.6",
    })
    void instancesThatSenseEachOther_takeTurnsWithoutLosingTime(
            long steadyMib, double boot, double grow, double hold, double cpu) {
        Shape shape = new Shape(steadyMib * SimulatedFleet.MIB, boot, grow, hold, cpu);
        DoubleSummaryStatistics peaks = new DoubleSummaryStatistics();
        DoubleSummaryStatistics ofSerial = new DoubleSummaryStatistics();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedFleet gated = new SimulatedFleet(SIZE, seed, shape, true, gate -> {}).run();
            SimulatedFleet alone = new SimulatedFleet(1, seed, shape, false, gate -> {}).run();
            peaks.accept(gated.peakOfSteady());
            ofSerial.accept(gated.lastReadySeconds() / (SIZE * alone.lastReadySeconds()));
        }

        assertThat(peaks.getAverage()).isLessThan(1.3);
        assertThat(peaks.getMax()).isLessThanOrEqualTo(1.5);
        assertThat(ofSerial.getMax()).isLessThanOrEqualTo(1.3);
    }
}
