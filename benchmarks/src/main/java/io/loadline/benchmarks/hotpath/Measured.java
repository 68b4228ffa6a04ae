/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;

/** The forks of one contestant in one setting, in the order of their rounds. Not thread-safe. */
final class Measured {
    /** One JVM: nanoseconds and bytes an operation. */
    record Fork(double nanos, double bytes) {}

    private final List<Fork> forks = new ArrayList<>();

    void add(Fork fork) {
        forks.add(fork);
    }

    int forks() {
        return forks.size();
    }

    double nanos() {
        return median(Fork::nanos);
    }

    /** Of the fork with the fewest: what is allocated once, by whoever, is spread over the operations of a fork. */
    double bytes() {
        return forks.stream().mapToDouble(Fork::bytes).min().orElse(Double.NaN);
    }

    double lowest() {
        return forks.stream().mapToDouble(Fork::nanos).min().orElse(Double.NaN);
    }

    double highest() {
        return forks.stream().mapToDouble(Fork::nanos).max().orElse(Double.NaN);
    }

    /**
     * The median over the rounds of the ratio of both forks of a round: what slows a machine for minutes slows both.
     */
    double ratioTo(Measured reference) {
        double[] ratios = new double[Math.min(forks.size(), reference.forks.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = forks.get(i).nanos() / reference.forks.get(i).nanos();
        }
        return Median.withDefaults().evaluate(ratios);
    }

    private double median(ToDoubleFunction<Fork> of) {
        return Median.withDefaults().evaluate(forks.stream().mapToDouble(of).toArray());
    }
}
