/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.LoadModel.Call;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class CriticalityOverloadTest {
    static LoadModel model(double seconds, double rate, double times, int servers, double millis) {
        double cap = servers * 1000.0 / millis;
        DoubleUnaryOperator r = t -> t < 20 ? 0.6 * cap : t < 60 ? times * cap : 0.6 * cap;
        return new LoadModel(seconds, r, t -> servers, (t, random) -> {
            double u = random.nextDouble();
            String route = u < 0.1 ? "critical_plus" : u < 0.4 ? "critical" : u < 0.6 ? "sheddable_plus" : "sheddable";
            return Call.of(millis, 0.2, random).route(route);
        }, t -> cap, false, LoadModel.Pauses.NONE);
    }

    @Test
    void explore() {
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(ConcurrencyLimiter.class)).setLevel(ch.qos.logback.classic.Level.ERROR);
        System.out.println("servers ms times | goodput without, with | after | shed plain | cp c sp s | p99");
        for (int[] s : new int[][] {{10, 20}, {10,500}, {4, 20}, {40, 20}, {100, 10}}) {
            for (double times : new double[] {0.9, 1.0, 1.1, 1.5, 2, 3, 5, 10}) {
                if (s[0] * 1000.0 / s[1] * times > 30_000) continue;
                for (long seed = 1; seed <= 2; seed++) {
                LoadModel m = model(80, 0, times, s[0], s[1]);
                for (String kind : new String[] {"adaptive", "fixed"}) {
                    LimitAlgorithm a = kind.equals("fixed") ? FixedLimit.of((int) (s[0] * 1.5)) : AdaptiveLimit.builder().initialLimit(16).limits(2, 1000).build();
                    LimitAlgorithm b = kind.equals("fixed") ? FixedLimit.of((int) (s[0] * 1.5)) : AdaptiveLimit.builder().initialLimit(16).limits(2, 1000).build();
                    Simulation without = Simulation.run(m, seed, a);
                    Random keys = new Random(seed);
                    Simulation with = Simulation.run(m, seed, b, c -> CallContext.of(Criticality.parse(c.route())));
                    System.out.printf("%3d %3d %4.1f %8s | %.4f %.4f | %.4f %.4f | %.3f %.3f | %.4f %.4f %.4f %.4f | %.0f %.0f%n", s[0], s[1], times, kind,
                        without.goodput(22, 60), with.goodput(22, 60), without.goodput(60,80), with.goodput(60,80), without.shed(22,60), with.shed(22,60),
                        with.shed("critical_plus", 22, 60), with.shed("critical", 22, 60), with.shed("sheddable_plus", 22, 60), with.shed("sheddable", 22, 60),
                        without.p99Millis(22,60), with.p99Millis(22,60));
                }
                }
            }
        }
    }
}
