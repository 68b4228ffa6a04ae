/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/** The samples of one window, a bounded number of them. Not thread-safe. */
final class MemoryWindow {
    private static final long UNKNOWN = -1;

    private final long beginNanos;
    private final List<Sample> samples = new ArrayList<>();

    /** Set when the window is closed. */
    private boolean calm;

    MemoryWindow(long beginNanos) {
        this.beginNanos = beginNanos;
    }

    void add(MemoryReading reading, long calls) {
        samples.add(Sample.of(reading, calls));
    }

    List<Sample> samples() {
        return samples;
    }

    long beginNanos() {
        return beginNanos;
    }

    long endNanos() {
        return samples.get(samples.size() - 1).atNanos;
    }

    boolean isCalm() {
        return calm;
    }

    void calm(boolean isCalm) {
        this.calm = isCalm;
    }

    /** How many pairs of neighbouring samples saw calls between them, 0..1. */
    double loadShare() {
        int busy = 0;
        for (int i = 1; i < samples.size(); i++) {
            busy += samples.get(i).calls > samples.get(i - 1).calls ? 1 : 0;
        }
        return samples.size() < 2 ? 0 : (double) busy / (samples.size() - 1);
    }

    /** Samples that were taken first after a collection. */
    static List<Sample> afterCollections(List<Sample> samples) {
        List<Sample> after = new ArrayList<>();
        for (int i = 1; i < samples.size(); i++) {
            if (samples.get(i).collections != samples.get(i - 1).collections) {
                after.add(samples.get(i));
            }
        }
        return after;
    }

    /** Samples that were taken first after a cleaning of the old generation: it has another value after each. */
    static List<Sample> afterCleanings(List<Sample> samples) {
        List<Sample> after = new ArrayList<>();
        long before = UNKNOWN;
        for (Sample sample : known(samples, Sample::oldLive)) {
            if (before != UNKNOWN && sample.oldLive != before) {
                after.add(sample);
            }
            before = sample.oldLive;
        }
        return after;
    }

    /** Whether the JVM tells what the old generation holds after it was cleaned. */
    static boolean tellsOfCleanings(List<Sample> samples) {
        return samples.stream().anyMatch(sample -> sample.oldLive != UNKNOWN);
    }

    /** Samples whose {@code quantity} is known. */
    static List<Sample> known(List<Sample> samples, ToLongFunction<Sample> quantity) {
        return samples.stream()
                .filter(sample -> quantity.applyAsLong(sample) != UNKNOWN)
                .toList();
    }

    static OptionalLong percentile(List<Sample> samples, ToLongFunction<Sample> quantity, double share) {
        long[] sorted =
                known(samples, quantity).stream().mapToLong(quantity).sorted().toArray();
        return sorted.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)]);
    }

    static MemoryTrend trend(List<Sample> samples, ToLongFunction<Sample> quantity) {
        return MemoryTrend.of(
                samples.stream().mapToLong(Sample::atNanos).toArray(),
                samples.stream().mapToDouble(quantity::applyAsLong).toArray());
    }

    /** The median of each of {@code count} equal parts, at the time of their middles; as it is if it is shorter. */
    static List<long[]> medians(List<Sample> samples, ToLongFunction<Sample> quantity, int count) {
        List<long[]> medians = new ArrayList<>();
        int parts = Math.min(count, samples.size());
        for (int part = 0; part < parts; part++) {
            List<Sample> some = samples.subList(part * samples.size() / parts, (part + 1) * samples.size() / parts);
            long[] values = some.stream().mapToLong(quantity).toArray();
            Arrays.sort(values);
            medians.add(new long[] {some.get(some.size() / 2).atNanos, values[values.length / 2]});
        }
        return medians;
    }

    /** A reading without what stability does not look at; -1 is unknown. */
    record Sample(
            long atNanos,
            long calls,
            long collections,
            long footprint,
            long anonymous,
            long heapUsed,
            long heapLive,
            long oldLive,
            long heapCommitted,
            long metaspace,
            long codeCache,
            long direct,
            long threads,
            long classes) {
        static Sample of(MemoryReading reading, long calls) {
            return new Sample(
                    reading.atNanos(),
                    calls,
                    reading.collections(),
                    reading.footprintBytes().orElse(UNKNOWN),
                    anonymous(reading).orElse(UNKNOWN),
                    reading.heapUsedBytes(),
                    reading.heapLiveBytes().orElse(UNKNOWN),
                    reading.oldLiveBytes().orElse(UNKNOWN),
                    reading.heapCommittedBytes(),
                    reading.metaspaceBytes(),
                    reading.codeCacheBytes(),
                    reading.directBytes(),
                    reading.threads(),
                    reading.loadedClasses());
        }

        /**
         * Anonymous memory outside the heap: pages of files come and go and are nobody's leak. Unknown while the heap has
         * not been touched as a whole.
         */
        long outsideHeap() {
            long outside = anonymous - heapCommitted;
            return anonymous == UNKNOWN || outside < metaspace + codeCache + direct ? UNKNOWN : outside;
        }

        private static OptionalLong anonymous(MemoryReading reading) {
            boolean ofItsOwn = reading.footprintBytes().equals(reading.workingSetBytes());
            return ofItsOwn && reading.anonymousBytes().isPresent() ? reading.anonymousBytes() : reading.processBytes();
        }
    }
}
