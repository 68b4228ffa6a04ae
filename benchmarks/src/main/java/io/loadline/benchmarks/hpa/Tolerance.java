/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

/**
 * By how much usage may differ from its target without an effect; both ends belong to it. Immutable.
 *
 * @param down of the target, 0.1 by default
 * @param up of the target, 0.1 by default
 */
public record Tolerance(double down, double up) {
    public static final Tolerance DEFAULT = new Tolerance(0.1, 0.1);

    boolean covers(double ratio) {
        return 1 - down <= ratio && ratio <= 1 + up;
    }
}
