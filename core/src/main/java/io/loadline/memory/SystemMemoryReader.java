/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import io.loadline.internal.KernelFiles;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads this machine's memory; the first reading looks for where it is told, so that nothing is done before. */
final class SystemMemoryReader implements MemoryReader {
    private static final double RESERVE = 0.05;
    private static final long RESERVE_AT_LEAST = 100L << 20;

    private final Path root;
    private final Ticker ticker;
    private final OptionalLong reserve;

    /** Made by the first reading. Written and read by any reader; making it twice is harmless. */
    private volatile @Nullable CgroupMemory cgroup;

    /** The same. */
    private volatile @Nullable JvmMemory jvm;

    /** What the beans told last, for when they fail. Written and read by any reader; a reading stale. */
    private volatile JvmMemory.Usage lastJvm = JvmMemory.Usage.UNKNOWN;

    SystemMemoryReader(Builder builder) {
        this.root = builder.root;
        this.ticker = builder.ticker;
        this.reserve = builder.evictionReserveBytes;
    }

    @Override
    public MemoryReading read() {
        long now = ticker.read();
        CgroupMemory.Usage own = cgroup(now).read(now);
        JvmMemory.Usage heap = jvm();
        return new MemoryReading(
                now,
                own.limit(),
                own.workingSet(),
                own.anonymous(),
                own.headroom(),
                nodeHeadroom(),
                greater(own.pressure(), KernelFiles.pressure(root.resolve("proc/pressure/memory"), "some")),
                heap.heapUsed(),
                heap.heapLive(),
                heap.heapCommitted(),
                heap.heapMax(),
                heap.metaspace(),
                heap.codeCache(),
                heap.direct(),
                heap.threads(),
                heap.loadedClasses(),
                heap.collections(),
                heap.oldLive(),
                heap.mapped(),
                process(heap.heapCommitted()));
    }

    private CgroupMemory cgroup(long nowNanos) {
        CgroupMemory known = cgroup;
        if (known == null) {
            known = new CgroupMemory(root, nowNanos);
            cgroup = known;
        }
        return known;
    }

    private JvmMemory.Usage jvm() {
        try {
            JvmMemory known = jvm;
            if (known == null) {
                known = new JvmMemory();
                jvm = known;
            }
            lastJvm = known.read();
        } catch (RuntimeException | InternalError inconsistent) {
            // Beans refuse figures that contradict each other, which happens while the heap is being resized.
        }
        return lastJvm;
    }

    private OptionalLong nodeHeadroom() {
        String text = KernelFiles.text(root.resolve("proc/meminfo"));
        long available = KernelFiles.field(text, "MemAvailable");
        long total = KernelFiles.field(text, "MemTotal");
        if (available < 0 || total <= 0 || available > total) {
            return OptionalLong.empty();
        }
        long kept = reserve.orElse(Math.max(RESERVE_AT_LEAST, (long) (total * RESERVE)));
        return OptionalLong.of(Math.max(0, available - kept));
    }

    /** ZGC before its generations maps the heap, which is shared memory there, three times; the kernel counts each. */
    private OptionalLong process(long heapCommitted) {
        String text = KernelFiles.text(root.resolve("proc/self/status"));
        long anonymous = KernelFiles.field(text, "RssAnon");
        long shared = Math.max(0, KernelFiles.field(text, "RssShmem"));
        return anonymous <= 0 ? OptionalLong.empty() : OptionalLong.of(anonymous + Math.min(shared, heapCommitted));
    }

    private static OptionalDouble greater(OptionalDouble one, OptionalDouble other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return OptionalDouble.of(Math.max(one.getAsDouble(), other.getAsDouble()));
    }
}
