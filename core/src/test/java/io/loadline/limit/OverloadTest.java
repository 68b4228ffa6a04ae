/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.loadline.limit.LoadModel.Call;
import io.loadline.limit.LoadModel.Mix;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * What the adaptive limit makes of overload and of what only looks like it, in a simulation of a stage of ten servers with
 * 20 ms per call. Goodput is given as a share of what was achievable: what was offered or the capacity, whichever is less.
 */
class OverloadTest {
    private static final double CAPACITY = 500;
    private static final Mix BIMODAL =
            (t, random) -> random.nextDouble() < 0.1 ? Call.of(110, 0.2, random) : Call.of(10, 0.2, random);

    /** 0.6 times the capacity, from 20 s to 50 s three times, then 0.6 times again. */
    private static final LoadModel WAVE =
            LoadModel.tenTimesTwentyMillis(70, t -> CAPACITY * (between(t, 20, 50) ? 3 : 0.6));

    /** Each run would log its refusals once a minute of its own, virtual time. */
    @BeforeAll
    static void quiet() {
        logger().setLevel(Level.ERROR);
    }

    @AfterAll
    static void loud() {
        logger().setLevel(null);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ConcurrencyLimiter.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void wave_poolIsTheBottleneck_goodputAndLatencyHold(long seed) {
        assertWave(Simulation.run(WAVE, seed), seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void wave_cpuIsTheBottleneck_goodputAndLatencyHold(long seed) {
        assertWave(Simulation.run(WAVE.onCpu(), seed), seed);
    }

    private static void assertWave(Simulation run, long seed) {
        Simulation normal = Simulation.run(LoadModel.tenTimesTwentyMillis(30, t -> 0.7 * CAPACITY), seed);
        assertThat(run.shed(10, 20)).isLessThan(0.005);
        assertThat(run.goodput(20, 50)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.p99Millis(20, 50)).isLessThanOrEqualTo(2 * normal.p99Millis(10, 30));
        assertThat(run.goodput(50, 70)).isGreaterThanOrEqualTo(0.99);
        assertThat(run.shed(51, 70)).isLessThan(0.005);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void wave_bimodalLatency_goodputHolds(long seed) {
        Simulation run = Simulation.run(WAVE.withMix(BIMODAL, t -> CAPACITY), seed);
        assertThat(run.shed(10, 20)).isLessThan(0.005);
        assertThat(run.goodput(20, 50)).isGreaterThanOrEqualTo(0.95);
        assertThat(run.p99Millis(20, 50)).isLessThanOrEqualTo(2 * run.p99Millis(10, 20));
        assertThat(run.shed(51, 70)).isLessThan(0.005);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void wave_exponentialLatency_goodputHolds(long seed) {
        Mix exponential = (t, random) -> new Call("work", -20 * Math.log(1 - random.nextDouble()), 0);
        Simulation run = Simulation.run(WAVE.withMix(exponential, t -> CAPACITY), seed);
        assertThat(run.shed(10, 20)).isLessThan(0.005);
        assertThat(run.goodput(20, 50)).isGreaterThanOrEqualTo(0.95);
        assertThat(run.p99Millis(20, 50)).isLessThanOrEqualTo(2 * run.p99Millis(10, 20));
        assertThat(run.shed(51, 70)).isLessThan(0.005);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void routeMixFlips_belowCapacity_nothingIsShed(long seed) {
        Simulation run = Simulation.run(flip(t -> 0.7), seed);
        assertThat(run.shed(10, 60)).isLessThan(0.005);
        assertThat(run.goodput(30, 60)).isGreaterThanOrEqualTo(0.99);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void routeMixFlips_inOverload_goodputHolds(long seed) {
        Simulation run = Simulation.run(flip(t -> t < 20 ? 0.7 : 1.5), seed);
        assertThat(run.goodput(20, 60)).isGreaterThanOrEqualTo(0.95);
    }

    /** Nine calls of ten take 10 ms and the others 40 ms; after 30 s six of ten take 40 ms. */
    private static LoadModel flip(DoubleUnaryOperator load) {
        DoubleUnaryOperator dear = t -> t < 30 ? 0.1 : 0.6;
        Mix mix = (t, random) -> random.nextDouble() < dear.applyAsDouble(t)
                ? Call.of(40, 0.2, random).route("dear")
                : Call.of(10, 0.2, random).route("cheap");
        DoubleUnaryOperator capacity = t -> 10_000 / (10 + 30 * dear.applyAsDouble(t));
        return LoadModel.tenTimesTwentyMillis(60, t -> load.applyAsDouble(t) * capacity.applyAsDouble(t))
                .withMix(mix, capacity);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void dependencySlowsDown_nothingQueues_isNotTakenForOverload(long seed) {
        Mix mix = (t, random) -> Call.of(5, 0.2, random).io(between(t, 30, 60) ? 600 : 20, 0.1, random);
        LoadModel model = LoadModel.tenTimesTwentyMillis(90, t -> 200).withMix(mix, t -> 2000);
        Simulation run = Simulation.run(model, seed);
        assertThat(run.goodput(30, 60)).isGreaterThanOrEqualTo(0.85);
        assertThat(run.goodput(40, 60)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.goodput(60, 90)).isGreaterThanOrEqualTo(0.99);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void lowTraffic_twoPerSecond_nothingIsShed(long seed) {
        assertThat(Simulation.run(LoadModel.tenTimesTwentyMillis(600, t -> 2), seed)
                        .shed(0, 600))
                .isZero();
        LoadModel bimodal = LoadModel.tenTimesTwentyMillis(600, t -> 2).withMix(BIMODAL, t -> CAPACITY);
        assertThat(Simulation.run(bimodal, seed).shed(0, 600)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void capacityHalves_halfTheServers_goodputHoldsAndComesBack(long seed) {
        LoadModel model = LoadModel.tenTimesTwentyMillis(90, t -> 0.7 * CAPACITY)
                .withServers(t -> between(t, 30, 60) ? 5 : 10, t -> between(t, 30, 60) ? CAPACITY / 2 : CAPACITY);
        assertHalved(Simulation.run(model, seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void capacityHalves_halfTheSpeed_goodputHoldsAndComesBack(long seed) {
        Mix mix = (t, random) -> Call.of(between(t, 30, 60) ? 40 : 20, 0.2, random);
        LoadModel model = LoadModel.tenTimesTwentyMillis(90, t -> 0.7 * CAPACITY)
                .withMix(mix, t -> between(t, 30, 60) ? CAPACITY / 2 : CAPACITY);
        assertHalved(Simulation.run(model, seed));
        assertHalved(Simulation.run(model.onCpu(), seed));
    }

    private static void assertHalved(Simulation run) {
        assertThat(run.goodput(30, 60)).isGreaterThanOrEqualTo(0.92);
        assertThat(run.goodput(60, 90)).isGreaterThanOrEqualTo(0.99);
        assertThat(run.shed(62, 90)).isLessThan(0.005);
    }

    /** Six times slower at first, falling to normal over 20 s. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void coldStart_sixTimesSlower_goodputHolds(long seed) {
        DoubleUnaryOperator slower = t -> t < 20 ? 6 - 5 * t / 20 : 1;
        LoadModel model = LoadModel.tenTimesTwentyMillis(60, t -> 0.6 * CAPACITY)
                .withMix(
                        (t, random) -> Call.of(20 * slower.applyAsDouble(t), 0.2, random),
                        t -> CAPACITY / slower.applyAsDouble(t));
        Simulation run = Simulation.run(model, seed);
        assertThat(run.goodput(0, 20)).isGreaterThanOrEqualTo(0.88);
        assertThat(run.goodput(20, 60)).isGreaterThanOrEqualTo(0.99);
        assertThat(run.shed(22, 60)).isLessThan(0.005);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void slightOverload_forLong_goodputHolds(long seed) {
        LoadModel model = LoadModel.tenTimesTwentyMillis(140, t -> CAPACITY * (t < 20 ? 0.6 : 1.2));
        Simulation run = Simulation.run(model, seed);
        assertThat(run.goodput(20, 140)).isGreaterThanOrEqualTo(0.97);
        assertThat(run.p99Millis(100, 140)).isLessThanOrEqualTo(1.2 * run.p99Millis(20, 60));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void overloadFromTheFirstCall_whileWarmingUp_goodputHolds(long seed) {
        Simulation run = Simulation.run(LoadModel.tenTimesTwentyMillis(60, t -> 3 * CAPACITY), seed);
        Simulation normal = Simulation.run(LoadModel.tenTimesTwentyMillis(30, t -> 0.7 * CAPACITY), seed);
        assertThat(run.goodput(0, 60)).isGreaterThanOrEqualTo(0.97);
        assertThat(run.goodput(0, 10)).isGreaterThanOrEqualTo(0.90);
        assertThat(run.p99Millis(10, 60)).isLessThanOrEqualTo(3 * normal.p99Millis(10, 30));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void start_belowCapacity_nothingIsShedWhileWarmingUp(long seed) {
        Simulation run = Simulation.run(LoadModel.tenTimesTwentyMillis(30, t -> 0.6 * CAPACITY), seed);
        assertThat(run.shed(0, 30)).isLessThan(0.001);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void processPauses_belowCapacity_theBurstAfterThemIsTaken(long seed) {
        LoadModel model =
                LoadModel.tenTimesTwentyMillis(60, t -> 0.6 * CAPACITY).withPauses(5, 0.3);
        Simulation run = Simulation.run(model, seed);
        // Six of a hundred calls arrive in a pause, and come in all at once after it.
        assertThat(run.goodput(10, 60)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.shed(30, 60)).isLessThan(0.005);

        LoadModel overload = LoadModel.tenTimesTwentyMillis(60, t -> CAPACITY * (t < 20 ? 0.6 : 3))
                .withPauses(5, 0.3);
        // The pauses take six of a hundred seconds from the capacity.
        assertThat(Simulation.run(overload, seed).goodput(20, 60)).isGreaterThanOrEqualTo(0.97 * 0.94);
    }

    private static boolean between(double second, double from, double to) {
        return second >= from && second < to;
    }
}
