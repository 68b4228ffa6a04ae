/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/** By how much the rate of arrivals changes per second. Not thread-safe; confined to the tick. */
final class ArrivalTrend {
    /*
     * The slope of a line through the rates so far, each with the weight of the time it stood for, which fades with a time
     * constant of FADE seconds: intervals of different lengths count for what they are, and gaps are no change. Sums are
     * kept with the present as time 0, so that no number grows with the age of the process.
     *
     * With less weight than ten seconds have, or few rates, a single odd one would be a trend.
     */
    private static final double FADE_SECONDS = 20;
    private static final double LEAST_WEIGHT = FADE_SECONDS * -Math.expm1(-10 / FADE_SECONDS);
    private static final int LEAST_RATES = 5;

    private int count;
    private double weight;
    private double times;
    private double squares;
    private double rates;
    private double products;

    /** Calls per second, per second; NaN until there have been some seconds. */
    double perSecond() {
        double spread = weight * squares - times * times;
        return count < LEAST_RATES || weight < LEAST_WEIGHT || spread <= 0
                ? Double.NaN
                : (weight * products - times * rates) / spread;
    }

    /** Takes the rate of the last {@code seconds}. */
    void add(double rate, double seconds) {
        skip(seconds);
        count = Math.min(count + 1, LEAST_RATES);
        double middle = -seconds / 2;
        weight += seconds;
        times += seconds * middle;
        squares += seconds * middle * middle;
        rates += seconds * rate;
        products += seconds * middle * rate;
    }

    /** So many seconds went by of which nothing is known. */
    void skip(double seconds) {
        products -= seconds * rates;
        squares += seconds * (seconds * weight - 2 * times);
        times -= seconds * weight;
        double fade = Math.exp(-seconds / FADE_SECONDS);
        weight *= fade;
        times *= fade;
        squares *= fade;
        rates *= fade;
        products *= fade;
    }

    void clear() {
        count = 0;
        weight = 0;
        times = 0;
        squares = 0;
        rates = 0;
        products = 0;
    }
}
