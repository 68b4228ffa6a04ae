/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.EnumMap;
import java.util.Map;

/** A value for each {@link Constant}. Immutable. */
final class Tuning {
    /** What Loadline uses. */
    static final Tuning DEFAULT = new Tuning(Map.of());

    private final double[] values = new double[Constant.values().length];

    private Tuning(Map<Constant, Double> others) {
        for (Constant constant : Constant.values()) {
            values[constant.ordinal()] = others.getOrDefault(constant, constant.value());
        }
    }

    /** The defaults but for one constant. */
    static Tuning with(Constant constant, double value) {
        return new Tuning(new EnumMap<>(Map.of(constant, value)));
    }

    double of(Constant constant) {
        return values[constant.ordinal()];
    }

    /** For what is counted. */
    int countOf(Constant constant) {
        return (int) of(constant);
    }
}
