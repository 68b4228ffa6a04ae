/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

/**
 * How one run compares with what could have been achieved. Immutable.
 *
 * @param goodput requests answered in time, as a share of the oracle's
 * @param p50Millis of the latency of admitted calls
 * @param p99Millis of the latency of admitted calls
 * @param refused refused attempts for each request
 * @param settleSeconds after the worst change, until goodput was near the oracle's; as long as the phase if it never was
 * @param stepSeconds the same after steps of the rate to a multiple only; NaN without one
 * @param worstTenSeconds the least share of the oracle's goodput in any ten seconds; NaN if there is too little of that
 */
record Verdict(
        double goodput,
        double p50Millis,
        double p99Millis,
        double refused,
        double settleSeconds,
        double stepSeconds,
        double worstTenSeconds) {
    private static final double STEP = 3;
    private static final double STEP_RATE = 50;
    private static final double NEAR = 0.9;
    private static final int WINDOW = 3;
    private static final int LONG_WINDOW = 10;
    private static final long ENOUGH = 10;

    static Verdict of(Scenario scenario, Score score, Score oracle) {
        Timeline timeline = new Timeline(scenario);
        double settle = 0;
        double step = Double.NaN;
        for (int phase = 1; phase < timeline.phases(); phase++) {
            double seconds =
                    settle(score, oracle, Score.second(timeline.start(phase)), Score.second(timeline.end(phase)));
            settle = Math.max(settle, seconds);
            double rate = timeline.rate(timeline.start(phase));
            if (rate >= STEP_RATE && rate >= STEP * timeline.rate(timeline.start(phase) - 1)) {
                step = Double.isNaN(step) ? seconds : Math.max(step, seconds);
            }
        }
        return new Verdict(
                share(score.good(), oracle.good()),
                score.millis(50),
                score.millis(99),
                score.refusedShare(),
                settle,
                step,
                worst(score, oracle));
    }

    private static double share(long good, long achievable) {
        return achievable == 0 ? 1 : (double) good / achievable;
    }

    /**
     * Until the next few seconds and all the rest of the phase are near the oracle's. A few bad seconds of a long phase
     * are not a change that it has not settled after; those show in the worst ten seconds.
     */
    private static double settle(Score score, Score oracle, int from, int to) {
        for (int second = from; second + WINDOW <= to; second++) {
            if (isNear(score, oracle, second, second + WINDOW) && isNear(score, oracle, second, to)) {
                return second - from;
            }
        }
        return to - from;
    }

    private static boolean isNear(Score score, Score oracle, int from, int to) {
        long achievable = oracle.good(from, to);
        return achievable < ENOUGH || score.good(from, to) >= NEAR * achievable;
    }

    private static double worst(Score score, Score oracle) {
        double worst = Double.NaN;
        for (int second = score.warmSeconds(); second + LONG_WINDOW < score.seconds(); second++) {
            long achievable = oracle.good(second, second + LONG_WINDOW);
            if (achievable >= ENOUGH) {
                double share = Math.min(1, share(score.good(second, second + LONG_WINDOW), achievable));
                worst = Double.isNaN(worst) ? share : Math.min(worst, share);
            }
        }
        return worst;
    }
}
