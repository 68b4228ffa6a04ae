/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.LoadModel.Call;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What criticality gives and what it costs in a simulated flood: one call of ten is CRITICAL_PLUS, three are CRITICAL, two
 * SHEDDABLE_PLUS, four SHEDDABLE. The same arrivals without criticality are what it is compared with.
 */
@ExtendWith(QuietLimiter.class)
class CriticalityOverloadTest {
    private static final double CALM = 20;
    private static final double SETTLED = 22;
    private static final double END = 50;
    private static final double LAST = 65;

    /** Ten servers of 20 ms; the adaptive limit is about 18, so that there are few slots to tell classes apart. */
    @ParameterizedTest
    @CsvSource({"1.1, 1", "1.1, 2", "1.5, 1", "1.5, 2", "2, 1", "2, 2", "3, 1", "3, 2", "5, 1", "5, 2", "10, 1", "10, 2"
    })
    void flood_of500CallsPerSecond_takesTheLeastImportant(double times, long seed) {
        Floods floods = new Floods(model(10, 20, times, 1), seed, CriticalityOverloadTest::adaptive, 1);
        floods.assertGoodputWithin(0.01);
        floods.assertOrder();
        floods.assertOverAfterASecond();
        if (times <= 3) {
            floods.assertShed(Criticality.CRITICAL_PLUS, 0, 0.03);
        }
        floods.assertShed(Criticality.SHEDDABLE, 1 - 1 / times, 1);
    }

    /** A limit that is tight: half of its slots are servers. */
    @ParameterizedTest
    @CsvSource({"1.1, 1", "1.5, 1", "3, 1", "10, 1"})
    void flood_atAFixedLimit_takesTheLeastImportant(double times, long seed) {
        Floods floods = new Floods(model(10, 20, times, 1), seed, () -> FixedLimit.of(20), 1);
        floods.assertGoodputWithin(0.025);
        floods.assertOrder();
        if (times <= 3) {
            floods.assertShed(Criticality.CRITICAL_PLUS, 0, 0.01);
        }
    }

    /** Two servers of 100 ms; the limit is 3 to 8, and a few slots protect but somewhat. */
    @ParameterizedTest
    @CsvSource({"1.1, 1", "1.1, 2", "2, 1", "2, 2", "3, 1", "10, 1", "10, 2"})
    void flood_of20CallsPerSecond_takesTheLeastImportantFirst(double times, long seed) {
        Floods floods = new Floods(model(2, 100, times, 1), seed, CriticalityOverloadTest::adaptive, 1);
        floods.assertGoodputWithin(0.025);
        assertThat(floods.shed(Criticality.CRITICAL_PLUS)).isLessThan(0.7 * floods.shed(Criticality.SHEDDABLE));
    }

    /** A hundred servers of 10 ms, a tenth of the time. */
    @ParameterizedTest
    @CsvSource({"1.1, 1", "2, 1", "5, 1"})
    void flood_of10000To50000CallsPerSecond_takesTheLeastImportant(double times, long seed) {
        Floods floods = new Floods(model(100, 10, times, 0.1), seed, CriticalityOverloadTest::adaptive, 0.1);
        floods.assertGoodputWithin(0.005);
        floods.assertOrder();
        if (times <= 2) {
            floods.assertShed(Criticality.CRITICAL_PLUS, 0, 0.01);
        }
    }

    /** 0.6 times the capacity, from 20 s to 50 s so many times, then 0.6 times again; all faster by {@code pace}. */
    private static LoadModel model(int servers, double millis, double times, double pace) {
        double capacity = servers * 1_000 / millis;
        return new LoadModel(
                LAST * pace,
                t -> capacity * (t >= CALM * pace && t < END * pace ? times : 0.6),
                t -> servers,
                (t, random) -> Call.of(millis, 0.2, random),
                t -> capacity,
                false,
                LoadModel.Pauses.NONE);
    }

    /** The default of a service with four CPUs. */
    private static LimitAlgorithm adaptive() {
        return AdaptiveLimit.builder().initialLimit(16).limits(2, 1000).build();
    }

    /** One flood with criticality and one without. */
    private static final class Floods {
        private final Simulation with;
        private final Simulation without;
        private final double pace;

        Floods(LoadModel model, long seed, Supplier<LimitAlgorithm> algorithm, double pace) {
            Random random = new Random(seed);
            this.with = Simulation.run(model, seed, algorithm.get(), () -> draw(random.nextDouble()));
            this.without = Simulation.run(model, seed, algorithm.get());
            this.pace = pace;
        }

        private static CallContext draw(double chance) {
            return CallContext.of(
                    chance < 0.1
                            ? Criticality.CRITICAL_PLUS
                            : chance < 0.4
                                    ? Criticality.CRITICAL
                                    : chance < 0.6 ? Criticality.SHEDDABLE_PLUS : Criticality.SHEDDABLE);
        }

        double shed(Criticality criticality) {
            return with.shed(call -> call.criticality() == criticality, SETTLED * pace, END * pace);
        }

        void assertGoodputWithin(double loss) {
            assertThat(with.goodput(SETTLED * pace, END * pace))
                    .isGreaterThanOrEqualTo(without.goodput(SETTLED * pace, END * pace) - loss);
        }

        void assertShed(Criticality criticality, double least, double most) {
            assertThat(shed(criticality)).isBetween(least, most);
        }

        void assertOrder() {
            for (Criticality each : Criticality.values()) {
                for (Criticality other : Criticality.values()) {
                    if (each.isAbove(other)) {
                        assertThat(shed(each)).isLessThan(shed(other) + 0.02);
                    }
                }
            }
        }

        void assertOverAfterASecond() {
            assertThat(with.shed(END * pace + 1, LAST * pace)).isLessThan(0.001);
        }
    }
}
