/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import io.loadline.memory.MemoryWindow.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Tells whether memory grew steadily over several windows. Stateless. */
final class LeakCheck {
    /*
     * Steadily: the lower bound of the slope is above 0, the whole growth is more than a single window may have, and each
     * window did its part of it (a quarter of the mean), or it was a step.
     *
     * Two quantities are looked at. The first is the old generation after it was cleaned: what stays in use after
     * collections of the young one alone rises for hours where the old one has room, and is garbage. Only where the JVM
     * does not tell it, the heap after collections of whatever generation stands in. The second quantity is anonymous memory outside the heap, which neither grows as the heap does nor as pages of files do.
     */
    private static final int WINDOWS = 6;
    private static final int LEAST_CLEANINGS = 4;
    private static final int LEAST_COLLECTIONS = 12;
    private static final int POINTS = 60;
    private static final double ITS_PART = 0.25;
    private static final double SHARE = 0.03;
    private static final long LIVE_BYTES = 8L << 20;
    private static final long OUTSIDE_BYTES = 16L << 20;

    private LeakCheck() {}

    /** Why there is the suspicion of a leak in {@code samples}; empty if there is none. */
    static Optional<String> of(List<Sample> samples) {
        if (MemoryWindow.tellsOfCleanings(samples)) {
            List<Sample> cleaned = MemoryWindow.afterCleanings(samples);
            if (cleaned.size() >= LEAST_CLEANINGS && growsSteadily(cleaned, Sample::oldLive, LIVE_BYTES)) {
                return Optional.of(text("the old generation after it was cleaned", cleaned, Sample::oldLive));
            }
        } else {
            List<Sample> live = MemoryWindow.known(MemoryWindow.afterCollections(samples), Sample::heapLive);
            if (live.size() >= LEAST_COLLECTIONS && growsSteadily(live, Sample::heapLive, LIVE_BYTES)) {
                return Optional.of(text("the heap after collections", live, Sample::heapLive));
            }
        }
        List<Sample> outside = MemoryWindow.known(samples, Sample::outsideHeap);
        if (outside.size() >= samples.size() * 9 / 10 && growsSteadily(outside, Sample::outsideHeap, OUTSIDE_BYTES)) {
            return Optional.of(text("anonymous memory outside the heap", outside, Sample::outsideHeap));
        }
        return Optional.empty();
    }

    private static boolean growsSteadily(List<Sample> samples, ToLongFunction<Sample> quantity, long leastBytes) {
        List<long[]> steps = MemoryWindow.medians(samples, quantity, WINDOWS);
        long[] from = steps.get(0);
        long[] to = steps.get(steps.size() - 1);
        if (to[1] - from[1] < Math.max((double) leastBytes, SHARE * from[1])) {
            return false;
        }
        double rate = rate(from, to);
        for (int i = 1; i < steps.size(); i++) {
            if (rate(steps.get(i - 1), steps.get(i)) < ITS_PART * rate) {
                return false;
            }
        }
        List<long[]> points = MemoryWindow.medians(samples, quantity, POINTS);
        return MemoryTrend.of(
                                points.stream().mapToLong(point -> point[0]).toArray(),
                                points.stream().mapToDouble(point -> point[1]).toArray())
                        .lowerBytesPerHour()
                > 0;
    }

    private static double rate(long[] from, long[] to) {
        return (double) (to[1] - from[1]) / (to[0] - from[0]);
    }

    private static String text(String what, List<Sample> samples, ToLongFunction<Sample> quantity) {
        Sample first = samples.get(0);
        Sample last = samples.get(samples.size() - 1);
        return String.format(
                Locale.ROOT,
                "%s grew steadily from %.1f to %.1f MiB in %.0f min",
                what,
                quantity.applyAsLong(first) / (double) (1 << 20),
                quantity.applyAsLong(last) / (double) (1 << 20),
                (last.atNanos() - first.atNanos()) / 60e9);
    }
}
