/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.time.Duration;
import java.util.Arrays;

/**
 * How a quantity moves: the median of all slopes between two points, and bounds that hold the true one with 95 %
 * confidence. Immutable.
 *
 * @param bytesPerHour the slope; 0 with fewer than two points
 * @param lowerBytesPerHour the lower bound
 * @param upperBytesPerHour the upper bound
 */
public record MemoryTrend(double bytesPerHour, double lowerBytesPerHour, double upperBytesPerHour) {
    /*
     * Theil [1] and Sen [2]. The median does not mind a third of the points being anywhere: a collection, a burst, a
     * step. Sen's bounds are the slopes at the ranks (N -+ C) / 2 of N, with C = z sqrt(n (n - 1) (2 n + 5) / 18).
     *
     * [1] H. Theil, A rank-invariant method of linear and polynomial regression analysis, 1950
     * [2] P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, 1968
     */
    private static final double Z = 1.96;
    private static final double NANOS_PER_HOUR = Duration.ofHours(1).toNanos();

    static final MemoryTrend NONE = new MemoryTrend(0, 0, 0);

    /** The trend of {@code bytes} at {@code nanos}, readings of a ticker in ascending order. */
    static MemoryTrend of(long[] nanos, double[] bytes) {
        int n = nanos.length;
        double[] slopes = new double[n * (n - 1) / 2];
        int count = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                if (nanos[j] - nanos[i] > 0) {
                    slopes[count++] = (bytes[j] - bytes[i]) / (nanos[j] - nanos[i]);
                }
            }
        }
        if (count == 0) {
            return NONE;
        }
        Arrays.sort(slopes, 0, count);
        double spread = Z * Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
        int lower = (int) Math.max(0, Math.floor((count - spread) / 2));
        int upper = (int) Math.min(count - 1, Math.ceil((count + spread) / 2));
        double median = (slopes[(count - 1) / 2] + slopes[count / 2]) / 2;
        return new MemoryTrend(median * NANOS_PER_HOUR, slopes[lower] * NANOS_PER_HOUR, slopes[upper] * NANOS_PER_HOUR);
    }

    /** By how much it moves in {@code duration}, in bytes. */
    public double per(Duration duration) {
        return bytesPerHour * (duration.toNanos() / NANOS_PER_HOUR);
    }
}
