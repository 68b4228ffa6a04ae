/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/**
 * What the process did in the last seconds, beside its saturations. Immutable; NaN where it is not known.
 *
 * @param gcShare share of the last 10 s in which all threads stood still for the garbage collector, 0 to 1
 * @param gcPauseSeconds mean length of such a pause in seconds, 0 if there was none
 * @param allocationRate bytes allocated per second
 * @param ioPressure share of the last 10 s in which some task waited for disks, 0 to 1
 */
public record ProcessFigures(double gcShare, double gcPauseSeconds, double allocationRate, double ioPressure) {
    static final ProcessFigures UNKNOWN = new ProcessFigures(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
}
