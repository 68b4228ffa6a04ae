/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.function.DoubleSupplier;

/**
 * A local resource that can run out: CPU, a pool, an executor. Implementations must be thread-safe and must not block;
 * they are read once a second.
 */
public interface Saturation {

    /** The resource's name, used as a tag: lower case, from a small fixed set. */
    String name();

    /** The share in use, 0 to about 1; NaN if it is not known now. */
    double utilization();

    /** A resource named {@code name} that is read from {@code utilization}. */
    static Saturation of(String name, DoubleSupplier utilization) {
        return new Saturation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double utilization() {
                return utilization.getAsDouble();
            }
        };
    }
}
