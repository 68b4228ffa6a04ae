/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.LoadModel.Call;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Why the limiter has no slow start of its own, a share of the limit that rises from a fraction to 1 after readiness: a
 * cold instance can hold as many calls at once as a warm one, it only takes longer over each. In a simulation of ten
 * servers of 20 ms, a ramp from 0.2 to 1 over ten seconds sheds what a warm instance could serve and gains nothing for a
 * cold one; a limit that is enforced from the first call does.
 */
@ExtendWith(QuietLimiter.class)
class ColdStartTest {
    private static final double CAPACITY = 500;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ramp_warmInstance_shedsWhatItCouldServe(long seed) {
        LoadModel warm = instance(1, 0.6, 200);
        assertThat(Simulation.run(warm, seed).shed(0, 10)).isLessThan(0.001);
        assertThat(Simulation.run(warm, seed, new RampedLimit(enforcedAtOnce())).shed(0, 10))
                .isGreaterThan(0.15);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ramp_coldInstance_isNoBetterThanALimitFromTheFirstCall(long seed) {
        for (double io : new double[] {0, 200}) {
            LoadModel cold = instance(5, 0.6, io);
            double ramped = Simulation.run(cold, seed, new RampedLimit(enforcedAtOnce()))
                    .goodput(0, 10);
            double enforced = Simulation.run(cold, seed, enforcedAtOnce()).goodput(0, 10);
            assertThat(enforced).isGreaterThan(0.93).isGreaterThan(ramped);
        }
    }

    /** A call takes {@code coldness} times as long at first, and comes down with a time constant of five seconds. */
    private static LoadModel instance(double coldness, double load, double ioMillis) {
        return LoadModel.tenTimesTwentyMillis(30, t -> load * CAPACITY)
                .withMix(
                        (t, random) -> {
                            Call call = Call.of(20 * slowness(coldness, t), 0.2, random);
                            return ioMillis > 0 ? call.io(ioMillis, 0.2, random) : call;
                        },
                        t -> CAPACITY / slowness(coldness, t));
    }

    private static double slowness(double coldness, double second) {
        return 1 + (coldness - 1) * Math.exp(-second / 5);
    }

    private static AdaptiveLimit enforcedAtOnce() {
        return AdaptiveLimit.builder()
                .initialLimit(16)
                .limits(2, 1000)
                .warmUp(Duration.ZERO, 0)
                .build();
    }

    /** A share of another limit that rises from 0.2 to 1 within ten seconds. Not thread-safe. */
    private static final class RampedLimit implements LimitAlgorithm {
        private final LimitAlgorithm full;
        private double seconds;

        RampedLimit(LimitAlgorithm full) {
            this.full = full;
        }

        @Override
        public int initialLimit() {
            return share(full.initialLimit());
        }

        @Override
        public boolean isComplete(LimitWindow window) {
            return full.isComplete(window);
        }

        @Override
        public LimitDecision decide(LimitWindow window) {
            seconds += window.durationNanos() / 1e9;
            LimitDecision decision = full.decide(window);
            return new LimitDecision(share(decision.limit()), decision.reason(), decision.adoptLatency());
        }

        private int share(int limit) {
            return (int) Math.max(2, Math.round(limit * Math.min(1, 0.2 + 0.8 * seconds / 10)));
        }
    }
}
