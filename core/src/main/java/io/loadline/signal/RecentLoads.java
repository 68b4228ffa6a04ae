/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/** The loads of the last seconds, one each, and what is published of them. Not thread-safe; guarded by its owner's lock. */
final class RecentLoads {
    private static final int SHORT_MEAN = 5;
    private static final int LONG_MEAN = 15;

    private final double[] loads = new double[LONG_MEAN];
    private int count;

    /** Adds one; NaN forgets all: rather nothing than a load of long ago. */
    void add(double load) {
        if (Double.isNaN(load)) {
            clear();
            return;
        }
        loads[count++ % LONG_MEAN] = load;
        if (count == 2 * LONG_MEAN) {
            count = LONG_MEAN;
        }
    }

    void clear() {
        count = 0;
    }

    /** The greater of the means of 5 and 15 s: up at once, down slowly; NaN if there is none. */
    double published() {
        return count == 0 ? Double.NaN : Math.max(mean(SHORT_MEAN), mean(LONG_MEAN));
    }

    /** The greater one; the other one if one is NaN. */
    static double greater(double one, double other) {
        return Double.isNaN(one) || other > one ? other : one;
    }

    private double mean(int last) {
        int taken = Math.min(last, count);
        double sum = 0;
        for (int i = 1; i <= taken; i++) {
            sum += loads[(count - i) % LONG_MEAN];
        }
        return sum / taken;
    }
}
