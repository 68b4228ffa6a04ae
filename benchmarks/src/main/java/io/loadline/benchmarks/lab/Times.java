/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How long a call takes in a stage: a distribution, written as {@code "lognormal 20ms 0.5"}. Immutable.
 *
 * @param seconds the mean, or the first value of a bimodal one
 * @param parameter sigma, shape or share, as the kind has it
 * @param otherSeconds the other value of a bimodal one
 */
record Times(Kind kind, double seconds, double parameter, double otherSeconds) {
    /** Work that takes longer than this times the mean is cut: a simulation must end. */
    private static final double LONGEST = 1_000;

    private static final double BIMODAL_SIGMA = 0.1;

    /** What can be written. */
    enum Kind {
        /** Always the mean. */
        FIXED("fixed MEAN", 2),
        /** Memoryless. */
        EXPONENTIAL("exponential MEAN", 2),
        /** Log-normal; sigma is the standard deviation of the logarithm. */
        LOGNORMAL("lognormal MEAN SIGMA", 3),
        /** A heavy tail; the shape must be above 1. */
        PARETO("pareto MEAN SHAPE", 3),
        /** A share takes the first time, the rest the other one; both vary by a tenth. */
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
                double seconds = seconds(words.get(1));
                double parameter = kind.words > 2 ? number(words.get(2)) : 0;
                if (kind == Kind.PARETO && parameter <= 1) {
                    throw new IllegalArgumentException("the shape of '" + text + "' must be above 1");
                }
                if (kind == Kind.BIMODAL && parameter > 1) {
                    throw new IllegalArgumentException("the share of '" + text + "' must be between 0 and 1");
                }
                return new Times(kind, seconds, parameter, kind.words > 3 ? seconds(words.get(3)) : 0);
            }
        }
        throw new IllegalArgumentException("'" + text + "' is none of "
                + List.of(Kind.values()).stream()
                        .map(kind -> "'" + kind.form + "'")
                        .toList());
    }

    private static double seconds(String text) {
        return Events.seconds(Durations.parse(text).toNanos());
    }

    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            if (number >= 0 && number < Double.POSITIVE_INFINITY) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: '" + text + "'", e);
        }
        throw new IllegalArgumentException("not a number of at least 0: '" + text + "'");
    }

    /** Draws a time in seconds. */
    double draw(RandomGenerator random) {
        return switch (kind) {
            case FIXED -> seconds;
            case EXPONENTIAL -> -seconds * Math.log(1 - random.nextDouble());
            case LOGNORMAL -> logNormal(seconds, parameter, random);
            case PARETO ->
                Math.min(
                        LONGEST * seconds,
                        seconds * (parameter - 1) / parameter * Math.pow(1 - random.nextDouble(), -1 / parameter));
            case BIMODAL -> logNormal(random.nextDouble() < parameter ? seconds : otherSeconds, BIMODAL_SIGMA, random);
        };
    }

    private static double logNormal(double mean, double sigma, RandomGenerator random) {
        return mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
    }
}
