/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waiting is worth, and what it costs, in a simulation of eight servers with 20 ms per call behind a limit of eight. */
class WaitingWorthTest {
    private static final double CAPACITY = 400;
    private static final FixedLimit LIMIT = FixedLimit.of(8);

    /** A third of the capacity; every five seconds the calls of 300 ms, 40 of them, come in at once. */
    private static final LoadModel BURSTS = model(60, CAPACITY / 3).withPauses(5, 0.3);

    private static final LoadModel TWICE_THE_CAPACITY = model(60, 2 * CAPACITY);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void bursts_areServedInsteadOfShed(long seed) {
        Simulation shedding = Simulation.run(BURSTS, seed, LIMIT);
        Simulation waiting = Simulation.run(BURSTS, seed, LIMIT, 60, Duration.ofMillis(500));
        assertThat(shedding.shed(5, 60)).isGreaterThan(0.03);
        assertThat(waiting.shed(5, 60)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void overload_longQueue_mostOfTheServedHardlyWait(long seed) {
        Simulation run = Simulation.run(TWICE_THE_CAPACITY, seed, LIMIT, 400, Duration.ofSeconds(1));
        assertThat(run.goodput(5, 60)).isGreaterThan(0.97);
        // In order, each of 400 would wait for a second, and hardly any answer would come within the client's.
        assertThat(run.percentileMillis(0.5, 5, 60)).isLessThan(1.5 * 20);
        assertThat(run.p99Millis(5, 60)).isLessThan(5 * 20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void overload_queueOfTheDefaultLength_costsLittleLatency(long seed) {
        Simulation shedding = Simulation.run(TWICE_THE_CAPACITY, seed, LIMIT);
        Simulation run = Simulation.run(TWICE_THE_CAPACITY, seed, LIMIT, 8, Duration.ofSeconds(1));
        // With a limit no higher than the servers are, each idles until the next call comes; unless it waits already.
        assertThat(shedding.goodput(5, 60)).isLessThan(0.93);
        assertThat(run.goodput(5, 60)).isGreaterThan(0.99);
        assertThat(run.p99Millis(5, 60)).isLessThan(2 * 20);
    }

    /** Waiting is in front of the limit, which sees the same service with it and without. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void overload_adaptiveLimit_findsItAsWithoutWaiting(long seed) {
        AdaptiveLimit.Builder adaptive =
                AdaptiveLimit.builder().initialLimit(16).limits(2, 1000);
        Simulation shedding = Simulation.run(TWICE_THE_CAPACITY, seed, adaptive);
        Simulation run = Simulation.run(TWICE_THE_CAPACITY, seed, adaptive.build(), 16, Duration.ofMillis(500));
        assertThat(run.goodput(20, 60)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.p99Millis(20, 60)).isLessThan(1.2 * shedding.p99Millis(20, 60));
    }

    private static LoadModel model(double seconds, double ratePerSecond) {
        return LoadModel.tenTimesTwentyMillis(seconds, t -> ratePerSecond).withServers(t -> 8, t -> CAPACITY);
    }
}
