/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.loadline.limit.LoadModel.Call;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * What the adaptive limit makes of a share that lies idle and is then wanted: other routes offer 1.5 times the capacity all
 * the time, and from 60 s on the route with the share adds a fifth of it.
 */
class IdleShareTest {
    private static final double CAPACITY = 500;
    private static final double BACK = 60;
    private static final double KEPT = 0.2;
    private static final double REST = 1.5;

    private static final LoadModel MODEL = LoadModel.tenTimesTwentyMillis(
                    100, t -> CAPACITY * (t < BACK ? REST : REST + KEPT))
            .withMix(
                    (t, random) -> t >= BACK && random.nextDouble() < KEPT / (REST + KEPT)
                            ? Call.of(20, 0.2, random).route("kept")
                            : Call.of(20, 0.2, random),
                    t -> CAPACITY);

    @BeforeAll
    static void quiet() {
        logger().setLevel(Level.ERROR);
    }

    @AfterAll
    static void loud() {
        logger().setLevel(null);
    }

    @ParameterizedTest
    @CsvSource({"0.3, 1", "0.3, 2", "0.5, 1", "0.5, 2", "0.7, 1", "0.7, 2"})
    void idleShare_costsNoGoodput_andIsThereWhenItIsWanted(double share, long seed) {
        Simulation run = Simulation.run(MODEL, seed, "kept", RouteLimits.NONE.share(share));
        assertThat(run.goodput(20, BACK)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.goodput(BACK, BACK + 5)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.goodput(BACK + 5, 100)).isGreaterThanOrEqualTo(0.98);
        assertThat(run.p99Millis(BACK, 100)).isLessThanOrEqualTo(1.6 * run.p99Millis(20, BACK));
        assertThat(run.shed("kept", BACK, 100)).isLessThan(0.1);
    }

    /** What the share is worth. */
    @Test
    void noShare_shedsTheRouteLikeAllOthers() {
        Simulation run = Simulation.run(MODEL, 1, "kept", RouteLimits.NONE);
        assertThat(run.shed("kept", BACK, 100)).isGreaterThan(0.3);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ConcurrencyLimiter.class);
    }
}
