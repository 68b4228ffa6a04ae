/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/**
 * The CPUs that the capacity takes, and what becomes of it when there are fewer or more. Not thread-safe; confined to the
 * tick.
 */
final class CapacityCpus {
    /*
     * A CPU quota can be changed while the process runs: a pod is resized in place. Where there are fewer CPUs than the
     * service took when it did as much as it could, it can do less from that moment on, and by how much is known. To find it
     * out by observing takes a quarter of a minute of an overload, of which the load tells nothing meanwhile.
     *
     * That it can do more with more CPUs is only known as far as the lack of them is why it could do less: what was taken for
     * a smaller quota is given back. What is above that must be seen.
     */
    private static final double WEIGHT = 0.1;

    private double available = Double.NaN;
    private double needed = Double.NaN;
    private double taken = 1;

    /** Takes the share of its CPUs that was used in a tick in which the service did as much as it can; NaN tells nothing. */
    void learn(double utilization) {
        double used = Math.min(1, utilization) * available;
        if (!Double.isNaN(used)) {
            needed = Double.isNaN(needed) ? used : needed + (used - needed) * WEIGHT;
        }
    }

    /** What becomes of the capacity, as a factor, now that there are so many CPUs; NaN for as many as before. */
    double change(double cpus) {
        if (!(cpus > 0) || cpus == available) {
            return 1;
        }
        double before = available;
        available = cpus;
        double factor = 1;
        if (cpus < needed) {
            factor = cpus / needed;
        } else if (cpus > before && needed >= Resources.USED_UP * before) {
            factor = Math.min(taken, cpus / before);
        }
        needed *= factor;
        taken = Math.max(1, taken / factor);
        return factor;
    }
}
