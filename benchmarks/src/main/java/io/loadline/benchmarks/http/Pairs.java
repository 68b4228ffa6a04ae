/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.descriptive.Median;

/** One kind of figure of all contestants, by fork and, if there are several in one, by turn. Not thread-safe. */
final class Pairs {
    private final List<Map<Contestant, List<Double>>> forks = new ArrayList<>();

    void beginFork() {
        forks.add(new EnumMap<>(Contestant.class));
    }

    void add(Contestant contestant, double figure) {
        forks.get(forks.size() - 1)
                .computeIfAbsent(contestant, c -> new ArrayList<>())
                .add(figure);
    }

    /** Of one contestant to the geometric mean of others that were measured in the same turns. */
    Interval ratio(Contestant contestant, Contestant... to) {
        List<double[]> ratios = new ArrayList<>();
        for (int fork = 0; fork < forks.size(); fork++) {
            ratios.add(ratios(fork, contestant, to));
        }
        return Interval.of(ratios, contestant.ordinal());
    }

    double medianRatio(int fork, Contestant contestant, Contestant... to) {
        return median(ratios(fork, contestant, to));
    }

    double median(int fork, Contestant contestant) {
        return median(figures(fork, contestant));
    }

    /** The median of the medians of the forks. */
    double median(Contestant contestant) {
        double[] medians = new double[forks.size()];
        Arrays.setAll(medians, fork -> median(fork, contestant));
        return median(medians);
    }

    int forks() {
        return forks.size();
    }

    private double[] ratios(int fork, Contestant contestant, Contestant... to) {
        double[] ratios = figures(fork, contestant);
        for (Contestant reference : to) {
            double[] references = figures(fork, reference);
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] /= Math.pow(references[i], 1.0 / to.length);
            }
        }
        return ratios;
    }

    private double[] figures(int fork, Contestant contestant) {
        return forks.get(fork).getOrDefault(contestant, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static double median(double[] values) {
        return Median.withDefaults().evaluate(values);
    }
}
