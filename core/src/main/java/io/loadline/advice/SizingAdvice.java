/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.memory.MemorySnapshot;
import io.loadline.memory.MemoryState;
import io.loadline.memory.SteadyUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How large the service should be, in bytes; without figures while its memory is not stable. Immutable.
 *
 * @param confidence how far it can be trusted
 * @param reason why no further, or why there is none
 * @param requestBytes the memory request
 * @param limitBytes the memory limit
 * @param heapBytes what the heap should be able to grow to
 * @param maxRamPercentage that as a percentage of the limit, for {@code -XX:MaxRAMPercentage}
 * @param steadyBytes what the service uses when it is steady: the larger of the 95th percentile of its footprint and the
 *     sum of its parts
 * @param mostBytes what it used at most while steady
 * @param startupPeakBytes what it used at most during the start
 * @param parts what the steady use consists of
 * @param savings stages whose deferral would lower the peak of the start, largest saving first
 * @param collector the collector that fits, by the name of its flag without {@code Use} and {@code GC}
 * @param hints what else should be looked at
 */
public record SizingAdvice(
        Confidence confidence,
        String reason,
        OptionalLong requestBytes,
        OptionalLong limitBytes,
        OptionalLong heapBytes,
        OptionalDouble maxRamPercentage,
        OptionalLong steadyBytes,
        OptionalLong mostBytes,
        OptionalLong startupPeakBytes,
        List<Part> parts,
        List<Saving> savings,
        String collector,
        List<Hint> hints) {
    /*
     * request = max(P95 of the steady footprint, sum of the parts) x 1.10
     * limit   = max(request, peak of the start x 1.10, most of the steady footprint x 1.15)
     * heap    = max(P95 of heap in use x 1.10, live heap x 1.5, live heap of the start x 1.2), but within the limit beside
     *           what is outside the heap x 1.10
     *
     * Parts are at most what is resident of them, so that their sum exceeds the footprint only where that was not read or
     * pages were swapped out. The native rest is what no bean counts, at least: the whole committed heap is taken off,
     * touched or not.
     */

    /** The start is controlled up to this multiple of the steady use. */
    static final double STARTUP_RATIO = 1.25;

    private static final double REQUEST_MARGIN = 1.10;
    private static final double PEAK_MARGIN = 1.10;
    private static final double MOST_MARGIN = 1.15;
    private static final double OUTSIDE_MARGIN = 1.10;
    private static final double HEAP_USED_MARGIN = 1.10;
    private static final double LIVE_MARGIN = 1.5;
    private static final double START_LIVE_MARGIN = 1.2;
    private static final long MIB = 1 << 20;

    /** What a thread's stack usually has resident, of the 1 MiB that is reserved for it. */
    static final long STACK_BYTES = 64 << 10;

    /** What a JVM takes for itself where nobody can tell: symbols, compilers, the collector's tables. */
    private static final long ASSUMED_REST_BYTES = 64 * MIB;

    private static final int MAX_SAVINGS = 5;

    /** Copies the lists. */
    public SizingAdvice {
        parts = List.copyOf(parts);
        savings = List.copyOf(savings);
        hints = List.copyOf(hints);
    }

    /** Advice out of {@code input}. */
    public static SizingAdvice of(SizingInput input) {
        MemorySnapshot memory = input.memory();
        Optional<SteadyUse> steady = memory.steady();
        return steady.isEmpty() ? none(input, memory) : of(input, steady.get());
    }

    private static SizingAdvice none(SizingInput input, MemorySnapshot memory) {
        String reason = switch (memory.state()) {
            case WARMING -> "the start is not over";
            case LEAK_SUSPECT -> "there is the suspicion of a leak: " + memory.reason();
            case GROWING -> "memory grows: " + memory.reason();
            case SETTLING, STABLE, IDLE_STABLE -> memory.reason();
        };
        return new SizingAdvice(
                Confidence.NONE,
                reason,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                input.startupPeakBytes(),
                List.of(),
                List.of(),
                input.flags().collector(),
                Hints.ofTheProcess(input));
    }

    private static SizingAdvice of(SizingInput input, SteadyUse use) {
        List<Part> parts = parts(use);
        long sum = parts.stream().mapToLong(Part::bytes).sum();
        long outside = sum - parts.get(0).bytes();
        long steady = Math.max(use.footprintBytes().orElse(0), sum);
        long most = use.footprintMaxBytes().orElse(steady);
        OptionalLong peak = input.startupPeakBytes();
        long request = roundUp(steady * REQUEST_MARGIN);
        long limit = Math.max(request, roundUp(Math.max(peak.orElse(0) * PEAK_MARGIN, most * MOST_MARGIN)));
        double wanted = Math.max(
                use.heapUsedBytes() * HEAP_USED_MARGIN,
                Math.max(
                        use.heapLiveBytes().orElse(0) * LIVE_MARGIN,
                        input.memory().startupLivePeakBytes().orElse(0) * START_LIVE_MARGIN));
        long heap = (long) Math.min(wanted, Math.max(limit * 0.1, limit - outside * OUTSIDE_MARGIN));
        String collector = Hints.collector(input, use, heap);
        Grade grade = grade(input, use);
        return new SizingAdvice(
                grade.confidence,
                grade.reason,
                OptionalLong.of(request),
                OptionalLong.of(limit),
                OptionalLong.of(heap),
                OptionalDouble.of(Math.floor(1000.0 * heap / limit) / 10),
                OptionalLong.of(steady),
                OptionalLong.of(most),
                peak,
                parts,
                savings(input, steady),
                collector,
                Hints.of(input, use, parts, limit, heap, collector));
    }

    private static List<Part> parts(SteadyUse use) {
        long threads = use.threads() * STACK_BYTES;
        long counted = use.metaspaceBytes() + use.codeCacheBytes() + use.directBytes() + threads;
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("heap", use.heapUsedBytes(), "in use, garbage included, 95th percentile"));
        parts.add(new Part("metaspace", use.metaspaceBytes(), "in use at most"));
        parts.add(new Part("code cache", use.codeCacheBytes(), "in use at most"));
        parts.add(new Part("direct buffers", use.directBytes(), "95th percentile"));
        parts.add(new Part("threads", threads, use.threads() + " stacks of 64 KiB resident"));
        OptionalLong median = use.footprintMedianBytes();
        parts.add(
                median.isPresent()
                        ? new Part(
                                "native rest",
                                Math.max(0, median.getAsLong() - use.heapCommittedBytes() - counted),
                                "what no bean counts, at least")
                        : new Part("native rest", ASSUMED_REST_BYTES, "assumed, it cannot be read here"));
        return parts;
    }

    private static List<Saving> savings(SizingInput input, long steady) {
        long peak = input.startupPeakBytes().orElse(0);
        List<Saving> savings = new ArrayList<>();
        if (peak > STARTUP_RATIO * steady) {
            for (StartupFigures.Stage stage : input.startup().stages()) {
                if (stage.bytes() > 0 && savings.size() < MAX_SAVINGS) {
                    savings.add(new Saving(stage.name(), Math.min(stage.bytes(), peak - steady)));
                }
            }
        }
        return savings;
    }

    private static Grade grade(SizingInput input, SteadyUse use) {
        String seen = String.format(
                Locale.ROOT,
                "stable for %d min, %d collections, load in %.0f %% of the time",
                use.duration().toMinutes(),
                use.collections(),
                100 * use.loadShare());
        if (input.memory().state() == MemoryState.IDLE_STABLE) {
            return new Grade(Confidence.LOW, seen + "; under load it will need more");
        }
        if (use.footprintBytes().isEmpty()) {
            return new Grade(Confidence.LOW, seen + "; the kernel tells nothing here, so parts were added up");
        }
        if (isSeen(use, Duration.ofMinutes(60), 10, 0.5)) {
            return new Grade(Confidence.HIGH, seen);
        }
        return isSeen(use, Duration.ofMinutes(20), 5, 0.2)
                ? new Grade(Confidence.MEDIUM, seen + "; HIGH takes 60 min, 10 collections, load in 50 % of the time")
                : new Grade(Confidence.LOW, seen + "; MEDIUM takes 20 min, 5 collections, load in 20 % of the time");
    }

    /** A window ends with its last reading, an interval short of its time: hence nine tenths. */
    private static boolean isSeen(SteadyUse use, Duration duration, long collections, double load) {
        return use.duration().compareTo(duration.multipliedBy(9).dividedBy(10)) >= 0
                && use.collections() >= collections
                && use.loadShare() >= load;
    }

    private static long roundUp(double bytes) {
        // A hair above a whole MiB is a product of two decimals, not a need.
        return (long) Math.ceil(bytes / MIB - 1e-6) * MIB;
    }

    /**
     * One part of the steady use. Immutable.
     *
     * @param name what it is
     * @param bytes how large it is
     * @param basis what the figure stands for
     */
    public record Part(String name, long bytes, String basis) {}

    /**
     * What the deferral of a stage would take off the peak. Immutable.
     *
     * @param stage the stage
     * @param bytesPerReplica how much, for each replica
     */
    public record Saving(String stage, long bytesPerReplica) {}

    /**
     * Something to look at. Immutable.
     *
     * @param code what it is about, for machines
     * @param text what to do and why
     */
    public record Hint(String code, String text) {}

    private record Grade(Confidence confidence, String reason) {}
}
