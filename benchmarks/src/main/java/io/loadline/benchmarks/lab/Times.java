/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * How long a call takes in a stage: a distribution, written as {@code "lognormal 20ms 0.5"}. Immutable.
 *
 * @param meanSeconds its mean
 */
record Times(Kind kind, double meanSeconds, double parameter, double otherSeconds) {
    /** Work that takes longer than this times the mean is cut: a simulation must end. */
    private static final double LONGEST = 1_000;

    /** What can be written, and what follows the mean. */
    enum Kind {
        /** Always the mean. */
        FIXED("fixed MEAN", 2),
        /** Memoryless. */
        EXPONENTIAL("exponential MEAN", 2),
        /** A log-normal one with this standard deviation of the logarithm. */
        LOGNORMAL("lognormal MEAN SIGMA", 3),
        /** A heavy tail; the shape must be above 1. */
        PARETO("pareto MEAN SHAPE", 3),
        /** This share takes the first time, the rest the other one; both vary by a tenth. */
        BIMODAL("bimodal FIRST SHARE OTHER", 4);

        final String form;
        private final int words;

        Kind(String form, int words) {
            this.form = form;
            this.words = words;
        }
    }

    /**
     * Reads a distribution.
     *
     * @throws IllegalArgumentException if it is none, with what is allowed
     */
    static Times parse(String text) {
        List<String> words = List.of(text.trim().split("\\s+"));
        for (Kind kind : Kind.values()) {
            if (kind.name().equalsIgnoreCase(words.get(0)) && kind.words == words.size()) {
                double mean = seconds(words.get(1));
                double parameter = kind.words > 2 ? number(words.get(2)) : 0;
                double other = kind.words > 3 ? seconds(words.get(3)) : 0;
                if (kind == Kind.PARETO && parameter <= 1) {
                    throw new IllegalArgumentException("the shape of '" + text + "' must be above 1");
                }
                if (kind == Kind.BIMODAL && (parameter < 0 || parameter > 1)) {
                    throw new IllegalArgumentException("the share of '" + text + "' must be between 0 and 1");
                }
                return new Times(
                        kind,
                        kind == Kind.BIMODAL ? parameter * mean + (1 - parameter) * other : mean,
                        parameter,
                        kind == Kind.BIMODAL ? other : mean);
            }
        }
        throw new IllegalArgumentException("'" + text + "' is none of "
                + List.of(Kind.values()).stream()
                        .map(kind -> "'" + kind.form + "'")
                        .toList());
    }

    private static double seconds(String text) {
        return Durations.parse(text).toNanos() / 1e9;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: '" + text + "'", e);
        }
    }

    /** The mean. */
    Duration mean() {
        return Duration.ofNanos(Math.round(meanSeconds * 1e9));
    }

    /** Draws a time in seconds. */
    double draw(RandomGenerator random) {
        double drawn = switch (kind) {
            case FIXED -> meanSeconds;
            case EXPONENTIAL -> -meanSeconds * Math.log(1 - random.nextDouble());
            case LOGNORMAL -> logNormal(meanSeconds, parameter, random);
            case PARETO ->
                meanSeconds * (parameter - 1) / parameter * Math.pow(1 - random.nextDouble(), -1 / parameter);
            case BIMODAL -> {
                double first = (meanSeconds - (1 - parameter) * otherSeconds) / parameter;
                yield logNormal(random.nextDouble() < parameter ? first : otherSeconds, 0.1, random);
            }
        };
        return Math.min(drawn, LONGEST * meanSeconds);
    }

    private static double logNormal(double mean, double sigma, RandomGenerator random) {
        return mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, %.1f ms on average", kind, meanSeconds * 1e3);
    }
}
