/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.lab.Scenario.Phase;

/**
 * How one run compares with what could have been achieved. Immutable.
 *
 * @param goodput requests answered in time, as a share of the oracle's
 * @param p50Millis of the latency of admitted calls
 * @param p99Millis of the latency of admitted calls
 * @param refused refused attempts for each request
 * @param settleSeconds after the worst step of the rate, until goodput stayed near the oracle's; NaN without a step
 * @param worstTenSeconds the least share of the oracle's goodput in any ten seconds
 */
record Verdict(
        double goodput,
        double p50Millis,
        double p99Millis,
        double refused,
        double settleSeconds,
        double worstTenSeconds) {
    private static final double STEP = 2.5;
    private static final double STEP_RATE = 50;
    private static final double NEAR = 0.9;
    private static final int WINDOW = 3;
    private static final int LONG_WINDOW = 10;
    private static final long ENOUGH = 20;

    static Verdict of(Scenario scenario, Score score, Score oracle) {
        return new Verdict(
                share(score.good(), oracle.good()),
                score.millis(50),
                score.millis(99),
                score.refusedShare(),
                settle(scenario, score, oracle),
                worst(scenario, score, oracle));
    }

    private static double share(long good, long achievable) {
        return achievable == 0 ? 1 : (double) good / achievable;
    }

    private static double settle(Scenario scenario, Score score, Score oracle) {
        double longest = Double.NaN;
        Timeline timeline = new Timeline(scenario);
        for (int i = 1; i < scenario.phases().size(); i++) {
            Phase phase = scenario.phases().get(i);
            double start = scenario.start(i);
            double rate = timeline.rate(start);
            if (!phase.ramp() && rate >= STEP_RATE && rate >= STEP * timeline.rate(start - 1e-3)) {
                double seconds = settle(score, oracle, start, scenario.start(i + 1));
                longest = Double.isNaN(longest) ? seconds : Math.max(longest, seconds);
            }
        }
        return longest;
    }

    /** When the last window that was not near the oracle's began, and a second. */
    private static double settle(Score score, Score oracle, double from, double to) {
        for (double second = to - WINDOW; second >= from; second--) {
            if (score.good(second, second + WINDOW) < NEAR * oracle.good(second, second + WINDOW)) {
                return second - from + 1;
            }
        }
        return 0;
    }

    private static double worst(Scenario scenario, Score score, Score oracle) {
        double worst = 1;
        for (double second = scenario.warm(); second + LONG_WINDOW <= scenario.seconds(); second++) {
            long achievable = oracle.good(second, second + LONG_WINDOW);
            if (achievable >= ENOUGH) {
                worst = Math.min(worst, share(score.good(second, second + LONG_WINDOW), achievable));
            }
        }
        return worst;
    }
}
