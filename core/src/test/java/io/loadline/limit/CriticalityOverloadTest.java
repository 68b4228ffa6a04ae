/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import io.loadline.limit.LoadModel.Call;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CriticalityOverloadTest {
    static LoadModel model(double seconds, double times, int servers, double millis) {
        double cap = servers * 1000.0 / millis;
        DoubleUnaryOperator r = t -> t < 20 ? 0.6 * cap : t < 60 ? times * cap : 0.6 * cap;
        return new LoadModel(
                seconds,
                r,
                t -> servers,
                (t, random) -> Call.of(millis, 0.2, random),
                t -> cap,
                false,
                LoadModel.Pauses.NONE);
    }

    static Supplier<CallContext> mix(long seed) {
        Random random = new Random(seed);
        return () -> {
            double u = random.nextDouble();
            return CallContext.of(
                    u < 0.1
                            ? Criticality.CRITICAL_PLUS
                            : u < 0.4
                                    ? Criticality.CRITICAL
                                    : u < 0.6 ? Criticality.SHEDDABLE_PLUS : Criticality.SHEDDABLE);
        };
    }

    static double of(Simulation s, Criticality c, double from, double to) {
        return s.shed(x -> x.criticality() == c, from, to);
    }

    @Test
    void explore() {
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(ConcurrencyLimiter.class))
                .setLevel(ch.qos.logback.classic.Level.ERROR);
        System.out.println("servers ms times | goodput without, with | after | shed plain | cp c sp s | p99");
        for (int[] s : new int[][] {{2, 100}, {10, 20}}) {
            for (double times : new double[] {0.9, 1.0, 1.1, 1.5, 2, 3, 5, 10}) {
                if (s[0] * 1000.0 / s[1] * times > 30_000) continue;
                for (long seed = 1; seed <= 3; seed++) {
                    LoadModel m = model(80, times, s[0], s[1]);
                    for (String kind : new String[] {"adaptive", "fixed"}) {
                        LimitAlgorithm a = kind.equals("fixed")
                                ? FixedLimit.of((int) (s[0] * 2))
                                : AdaptiveLimit.builder()
                                        .initialLimit(16)
                                        .limits(2, 1000)
                                        .build();
                        LimitAlgorithm b = kind.equals("fixed")
                                ? FixedLimit.of((int) (s[0] * 2))
                                : AdaptiveLimit.builder()
                                        .initialLimit(16)
                                        .limits(2, 1000)
                                        .build();
                        Simulation without = Simulation.run(m, seed, a);
                        Simulation w = Simulation.run(m, seed, b, mix(seed));
                        System.out.printf(
                                "%3d %3d %4.1f %8s | %.4f %.4f | %.4f %.4f | %.3f %.3f | %.4f %.4f %.4f %.4f | %.0f %.0f%n",
                                s[0],
                                s[1],
                                times,
                                kind,
                                without.goodput(22, 60),
                                w.goodput(22, 60),
                                without.goodput(60, 80),
                                w.goodput(60, 80),
                                without.shed(22, 60),
                                w.shed(22, 60),
                                of(w, Criticality.CRITICAL_PLUS, 22, 60),
                                of(w, Criticality.CRITICAL, 22, 60),
                                of(w, Criticality.SHEDDABLE_PLUS, 22, 60),
                                of(w, Criticality.SHEDDABLE, 22, 60),
                                without.p99Millis(22, 60),
                                w.p99Millis(22, 60));
                    }
                }
            }
        }
    }
}
