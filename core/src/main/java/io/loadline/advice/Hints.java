/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.advice.SizingAdvice.Hint;
import io.loadline.advice.SizingAdvice.Part;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemoryReading;
import io.loadline.memory.SteadyUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What beside sizes should be looked at. Stateless. */
final class Hints {
    /*
     * Collector: with less than two CPUs concurrent collectors take turns with the application, and in a small heap the
     * tables and threads of G1 cost more than the pauses of Serial; the JVM itself picks Serial below two CPUs or 1792
     * MiB. But after a start that took much more than the service needs, only a collector that gives memory back will do.
     * Nobody is told to leave Z or Shenandoah: whoever runs them wants short pauses.
     *
     * Giving back: G1 returns memory only where little of the heap may be free, Serial and Parallel hardly ever do. The
     * peak of the start then stays resident for good.
     */
    private static final long MIB = 1 << 20;
    private static final long SMALL_HEAP = 512 * MIB;
    private static final double LARGE_REST_SHARE = 0.25;
    private static final long LARGE_REST = 128 * MIB;
    private static final long MUCH_DIRECT = 64 * MIB;
    private static final int MANY_THREADS = 500;
    private static final double TIGHT = 0.8;
    private static final double FREE_RATIO = 0.4;
    private static final double KEPT = 1.5;

    private Hints() {}

    /** The collector that fits a heap of {@code heap} bytes. */
    static String collector(SizingInput input, SteadyUse use, long heap) {
        String present = input.flags().collector();
        if (present.equals("Z") || present.equals("Shenandoah") || present.equals("unknown")) {
            return present;
        }
        boolean small = heap < SMALL_HEAP && !isSpike(input, use);
        return input.cpus() < 2 || small ? "Serial" : present.equals("Serial") ? "G1" : present;
    }

    /** What can be told whatever the memory does. */
    static List<Hint> ofTheProcess(SizingInput input) {
        List<Hint> hints = new ArrayList<>();
        JvmFlags flags = input.flags();
        MemoryReading reading = input.memory().reading();
        if (flags.alwaysPreTouch()) {
            add(
                    hints,
                    "pre-touch",
                    "-XX:+AlwaysPreTouch makes the initial heap resident before the first line of the service runs: no"
                            + " deferral can lower that peak. Remove it, or lower -Xms");
        }
        if (flags.isHeapFixed()) {
            add(
                    hints,
                    "fixed-heap",
                    "the initial heap is as large as -Xmx (%s): it gives nothing back, so what the start took stays"
                            + " resident; set a smaller -Xms",
                    mib(flags.maxHeapBytes().orElse(0)));
        }
        if (!flags.exitOnOutOfMemory()) {
            add(
                    hints,
                    "exit-on-oom",
                    "add -XX:+ExitOnOutOfMemoryError: an error that somebody catches is not seen by Loadline");
        }
        if (reading.isShared()) {
            add(
                    hints,
                    "shared",
                    reading.limitBytes().isPresent()
                            ? "other processes use much of this cgroup; figures are those of all of them, as its limit is"
                            : "other processes use much of this cgroup, which has no limit; figures are those of this"
                                    + " process alone");
        }
        long limit = reading.limitBytes().orElse(Long.MAX_VALUE);
        long outside = outside(reading);
        if (reading.heapMaxBytes().orElse(0) + outside > limit) {
            add(
                    hints,
                    "heap-beyond-limit",
                    "the heap may grow to %s, which does not fit into the limit of %s beside %s outside it: the kernel"
                            + " kills before the collector has to work",
                    mib(reading.heapMaxBytes().orElse(0)),
                    mib(limit),
                    mib(outside));
        }
        return hints;
    }

    /** Of native memory what is there beside the whole committed heap, touched or not: at least so much. */
    private static long outside(MemoryReading reading) {
        long counted = reading.metaspaceBytes()
                + reading.codeCacheBytes()
                + reading.directBytes()
                + reading.threads() * SizingAdvice.STACK_BYTES;
        long rest = reading.anonymousBytes().orElse(0) - reading.heapCommittedBytes() - counted;
        return counted + Math.max(0, rest);
    }

    static List<Hint> of(SizingInput input, SteadyUse use, List<Part> parts, long limit, long heap, String collector) {
        List<Hint> hints = new ArrayList<>(ofTheProcess(input));
        JvmFlags flags = input.flags();
        if (flags.maxHeapGiven()) {
            long max = flags.maxHeapBytes().orElse(0);
            long outside = parts.stream().skip(1).mapToLong(Part::bytes).sum();
            String fits = max + outside <= limit
                    ? ""
                    : ". With it the heap does not fit into the advised limit of " + mib(limit) + " beside "
                            + mib(outside) + " outside it";
            add(hints, "max-heap", "-Xmx (%s) makes -XX:MaxRAMPercentage void: remove it%s", mib(max), fits);
        }
        boolean kept = use.heapCommittedBytes() > KEPT * use.heapUsedBytes();
        if ((isSpike(input, use) || kept) && !flags.isHeapFixed()) {
            // Of the collector that runs: what another one would keep was not measured.
            String present = flags.collector();
            if (present.equals("G1") && flags.maxHeapFreeRatio().orElse(1) > FREE_RATIO) {
                add(
                        hints,
                        "free-ratio",
                        "G1 gives memory back only with -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20; now it keeps %s"
                                + " for a live heap of %s",
                        mib(use.heapCommittedBytes()),
                        mib(use.heapLiveBytes().orElse(0)));
            } else if (present.equals("Serial") || present.equals("Parallel")) {
                add(
                        hints,
                        "keeps-peak",
                        "%s keeps what the heap once took, now %s for a live heap of %s: keep the start small",
                        present,
                        mib(use.heapCommittedBytes()),
                        mib(use.heapLiveBytes().orElse(0)));
            }
        }
        if (!collector.equals(flags.collector())) {
            add(
                    hints,
                    "collector",
                    collector.equals("Serial")
                            ? "-XX:+UseSerialGC may fit a heap of %s and %.1f CPUs better than %s: less native memory,"
                                    + " and no threads that compete with the service; but all figures here are those of"
                                    + " %s, so measure it first"
                            : "-XX:+UseG1GC may fit a heap of %s and %.1f CPUs better than %s: its pauses do not grow"
                                    + " with the heap; but all figures here are those of %s, so measure it first",
                    mib(heap),
                    input.cpus(),
                    flags.collector(),
                    flags.collector());
        }
        if (use.heapLiveBytes().orElse(0) > TIGHT * flags.maxHeapBytes().orElse(Long.MAX_VALUE)) {
            add(
                    hints,
                    "heap-tight",
                    "the live heap of %s leaves the collector little of %s: it runs often; give the heap more",
                    mib(use.heapLiveBytes().orElse(0)),
                    mib(flags.maxHeapBytes().orElse(0)));
        }
        long rest = parts.get(parts.size() - 1).bytes();
        if (rest
                > Math.max(
                        LARGE_REST,
                        LARGE_REST_SHARE * use.footprintMedianBytes().orElse(Long.MAX_VALUE))) {
            addNativeRest(hints, input, rest);
        }
        if (use.directBytes() > MUCH_DIRECT && flags.maxDirectBytes().orElse(0) == 0) {
            add(
                    hints,
                    "direct",
                    "direct buffers take %s and may take as much as the heap: set -XX:MaxDirectMemorySize",
                    mib(use.directBytes()));
        }
        if (use.threads() > MANY_THREADS) {
            add(
                    hints,
                    "threads",
                    "%d platform threads: each costs a stack; bound the pools, or use virtual threads",
                    use.threads());
        }
        if (limit < 256 * MIB) {
            add(
                    hints,
                    "small",
                    "with so small a limit the JVM may go by -XX:MinRAMPercentage instead of MaxRAMPercentage: set both");
        }
        return hints;
    }

    private static boolean isSpike(SizingInput input, SteadyUse use) {
        return input.startupPeakBytes().orElse(0)
                > SizingAdvice.STARTUP_RATIO * use.footprintMedianBytes().orElse(Long.MAX_VALUE);
    }

    private static void addNativeRest(List<Hint> hints, SizingInput input, long rest) {
        boolean otherAllocator =
                input.environment().getOrDefault("LD_PRELOAD", "").contains("malloc");
        if (otherAllocator || input.environment().containsKey("MALLOC_ARENA_MAX")) {
            add(
                    hints,
                    "native-rest",
                    "%s are native memory that no bean counts, in spite of %s: look with -XX:NativeMemoryTracking=summary",
                    mib(rest),
                    otherAllocator ? "another allocator" : "MALLOC_ARENA_MAX");
        } else {
            add(
                    hints,
                    "arenas",
                    "%s are native memory that no bean counts: set MALLOC_ARENA_MAX=2 (glibc keeps up to eight arenas for"
                            + " each CPU) or preload jemalloc; if it stays, look with -XX:NativeMemoryTracking=summary",
                    mib(rest));
        }
    }

    private static void add(List<Hint> hints, String code, String template, Object... values) {
        hints.add(new Hint(code, String.format(Locale.ROOT, template, values)));
    }

    private static String mib(long bytes) {
        return Math.round((double) bytes / MIB) + " MiB";
    }
}
