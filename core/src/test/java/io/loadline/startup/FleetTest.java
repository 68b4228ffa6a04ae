/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import org.junit.jupiter.api.Test;

class FleetTest {
    @Test
    void show() {
        for (double[] shape : new double[][] {{1, 0.3}, {1.5, 0.1}, {0.3, 1.2}, {3, 1}, {0.5, 4}}) {
            for (long steady : new long[] {64, 256}) {
                StringBuilder line = new StringBuilder();
                double worst = 0, slow = 0, sum = 0, first = 0;
                for (int seed = 0; seed < 40; seed++) {
                    SimulatedFleet fleet = new SimulatedFleet(8, seed, steady << 20, shape[0], shape[1], g -> {});
                    fleet.run();
                    worst = Math.max(worst, fleet.peakOfSteady());
                    sum += fleet.peakOfSteady();
                    slow = Math.max(slow, fleet.lastReadySeconds() / fleet.serialSeconds());
                    first = Math.max(first, fleet.firstReadySeconds());
                }
                System.err.printf(
                        "grow %.1f hold %.1f steady %d: worst peak %.2f mean %.2f, last/serial %.2f, first %.2f%n",
                        shape[0], shape[1], steady, worst, sum / 40, slow, first);
            }
        }
    }
}
