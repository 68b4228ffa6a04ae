/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The memory of this JVM as its management beans tell it. Thread-safe. */
final class JvmMemory {
    /*
     * Live heap: what the collectors' beans report for the heap's pools after the latest collection. Beans of pauses
     * inside a concurrent cycle are left out: they report the heap in the middle of it, the young generation full.
     *
     * Old generation: its pool's usage after the last collection that cleaned it, not merely added to it. It is the pool
     * with a usage threshold; the young ones have none. The JVM says 0 before the first such collection.
     */
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
    private final List<GarbageCollectorMXBean> collectors;
    private final List<BufferPoolMXBean> buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    private final Set<String> heapPools;
    private final List<MemoryPoolMXBean> oldPools;
    private final List<MemoryPoolMXBean> metaspace;
    private final List<MemoryPoolMXBean> codeCache;

    /** The live heap at a number of collections. Written and read by any reader; computing it twice is harmless. */
    private volatile @Nullable Live live;

    JvmMemory() {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans();
        // In loops: every start reads the memory, and each lambda costs it time.
        List<GarbageCollectorMXBean> stopping = new ArrayList<>();
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (!bean.getName().endsWith("Pauses") && !bean.getName().endsWith("Concurrent GC")) {
                stopping.add(bean);
            }
        }
        this.collectors = List.copyOf(stopping);
        Set<String> heap = new HashSet<>();
        List<MemoryPoolMXBean> old = new ArrayList<>();
        List<MemoryPoolMXBean> meta = new ArrayList<>();
        List<MemoryPoolMXBean> code = new ArrayList<>();
        for (MemoryPoolMXBean pool : pools) {
            if (pool.getType() == MemoryType.HEAP) {
                heap.add(pool.getName());
                if (pool.isUsageThresholdSupported()) {
                    old.add(pool);
                }
            } else if (pool.getName().equals("Metaspace")) {
                meta.add(pool);
            } else if (pool.getName().startsWith("Code")) {
                code.add(pool);
            }
        }
        this.heapPools = Set.copyOf(heap);
        this.oldPools = List.copyOf(old);
        this.metaspace = List.copyOf(meta);
        this.codeCache = List.copyOf(code);
    }

    Usage read() {
        MemoryUsage heap = memory.getHeapMemoryUsage();
        long collections = 0;
        for (GarbageCollectorMXBean bean : collectors) {
            collections += Math.max(0, bean.getCollectionCount());
        }
        return new Usage(
                heap.getUsed(),
                live(collections),
                heap.getCommitted(),
                heap.getMax() > 0 ? OptionalLong.of(heap.getMax()) : OptionalLong.empty(),
                used(metaspace),
                used(codeCache),
                buffers("direct"),
                buffers("mapped"),
                threads.getThreadCount(),
                classes.getLoadedClassCount(),
                collections,
                oldLive());
    }

    private OptionalLong live(long collections) {
        Live cached = live;
        if (cached == null || cached.collections != collections) {
            cached = new Live(collections, liveIfTold());
            live = cached;
        }
        return cached.bytes;
    }

    /** A JVM may lack the module {@code jdk.management}. */
    private OptionalLong liveIfTold() {
        try {
            return readLive();
        } catch (LinkageError noModule) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong readLive() {
        Map<String, MemoryUsage> latest = Map.of();
        long latestEnd = -1;
        for (GarbageCollectorMXBean bean : collectors) {
            var last = bean instanceof com.sun.management.GarbageCollectorMXBean detailed
                    ? detailed.getLastGcInfo()
                    : null;
            if (last != null && last.getEndTime() > latestEnd) {
                latestEnd = last.getEndTime();
                latest = last.getMemoryUsageAfterGc();
            }
        }
        long bytes = 0;
        for (Map.Entry<String, MemoryUsage> pool : latest.entrySet()) {
            bytes += heapPools.contains(pool.getKey()) ? pool.getValue().getUsed() : 0;
        }
        return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    private OptionalLong oldLive() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : oldPools) {
            MemoryUsage usage = pool.getCollectionUsage();
            if (usage == null) {
                return OptionalLong.empty();
            }
            bytes += usage.getUsed();
        }
        return oldPools.isEmpty() ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private static long used(List<MemoryPoolMXBean> pools) {
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage usage = pool.getUsage();
            bytes += usage == null ? 0 : usage.getUsed();
        }
        return bytes;
    }

    /** There are several kinds of mapped ones: "mapped", "mapped - 'non-volatile memory'". */
    private long buffers(String kind) {
        long bytes = 0;
        for (BufferPoolMXBean pool : buffers) {
            bytes += pool.getName().startsWith(kind) ? Math.max(0, pool.getMemoryUsed()) : 0;
        }
        return bytes;
    }

    private record Live(long collections, OptionalLong bytes) {}

    /** What was read, in bytes where it is no count. */
    record Usage(
            long heapUsed,
            OptionalLong heapLive,
            long heapCommitted,
            OptionalLong heapMax,
            long metaspace,
            long codeCache,
            long direct,
            long mapped,
            int threads,
            long loadedClasses,
            long collections,
            OptionalLong oldLive) {
        static final Usage UNKNOWN =
                new Usage(0, OptionalLong.empty(), 0, OptionalLong.empty(), 0, 0, 0, 0, 0, 0, 0, OptionalLong.empty());
    }
}
