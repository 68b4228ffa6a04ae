/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/** By how much a value changes per second, such as the rate of arrivals. Not thread-safe; confined to the tick. */
final class Trend {
    /*
     * The slope of a line through the values so far, each with the weight of the time it stood for, which fades with a time
     * constant: intervals of different lengths count for what they are, and gaps are no change. Sums are
     * kept with the present as time 0, so that no number grows with the age of the process.
     *
     * With less weight than ten seconds have, or few values, a single odd one would be a trend.
     */
    private static final double LEAST_SECONDS = 10;
    private static final int LEAST_VALUES = 5;

    private final double fadeSeconds;
    private final double leastWeight;
    private int count;
    private double weight;
    private double times;
    private double squares;
    private double values;
    private double products;

    /** Of about the last {@code fadeSeconds}. */
    Trend(double fadeSeconds) {
        this.fadeSeconds = fadeSeconds;
        this.leastWeight = fadeSeconds * -Math.expm1(-LEAST_SECONDS / fadeSeconds);
    }

    /** The change per second; NaN until there have been some seconds. */
    double perSecond() {
        double spread = weight * squares - times * times;
        return count < LEAST_VALUES || weight < leastWeight || spread <= 0
                ? Double.NaN
                : (weight * products - times * values) / spread;
    }

    /** Takes the value of the last {@code seconds}. */
    void add(double value, double seconds) {
        skip(seconds);
        count = Math.min(count + 1, LEAST_VALUES);
        double middle = -seconds / 2;
        weight += seconds;
        times += seconds * middle;
        squares += seconds * middle * middle;
        values += seconds * value;
        products += seconds * middle * value;
    }

    /** So many seconds went by of which nothing is known. */
    void skip(double seconds) {
        products -= seconds * values;
        squares += seconds * (seconds * weight - 2 * times);
        times -= seconds * weight;
        double fade = Math.exp(-seconds / fadeSeconds);
        weight *= fade;
        times *= fade;
        squares *= fade;
        values *= fade;
        products *= fade;
    }

    void clear() {
        count = 0;
        weight = 0;
        times = 0;
        squares = 0;
        values = 0;
        products = 0;
    }
}
