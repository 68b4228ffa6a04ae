/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import io.loadline.internal.Cgroup;
import io.loadline.internal.KernelFiles;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The memory of this process's cgroup and its visible ancestors, version 2 or 1. Thread-safe. */
final class CgroupMemory {
    /*
     * Headroom: the least of limit - working set over all levels, since any of them kills. Version 1 also tells the
     * least limit over ancestors that are not visible (hierarchical_memory_limit); their usage is at least ours.
     *
     * Lies: usage 0 cannot be, we run. More inactive file pages than usage happen in version 1, whose usage lags; then
     * anonymous memory is what is left of the working set, or all of the usage.
     */
    private static final long DISCOVERY_PAUSE_NANOS = 60_000_000_000L;

    private final Path root;

    /** Found once, and again if it became unreadable. Written and read by any reader; finding it twice is harmless. */
    private volatile Found found;

    CgroupMemory(Path root, long nowNanos) {
        this.root = root;
        this.found = discover(nowNanos);
    }

    Usage read(long nowNanos) {
        Found here = found;
        Level own = here.read(0);
        if (own.workingSet < 0 && nowNanos - here.atNanos >= DISCOVERY_PAUSE_NANOS) {
            here = discover(nowNanos);
            found = here;
            own = here.read(0);
        }
        long limit = KernelFiles.UNLIMITED;
        long headroom = KernelFiles.UNLIMITED;
        for (int i = 0; i < here.cgroup.levels().size(); i++) {
            Level level = i == 0 ? own : here.read(i);
            limit = Math.min(limit, level.limit);
            long used = level.workingSet < 0 ? own.workingSet : level.workingSet;
            if (level.soonest() < KernelFiles.UNLIMITED && used >= 0) {
                headroom = Math.min(headroom, Math.max(0, level.soonest() - used));
            }
            if (level.invisibleLimit < limit && used >= 0) {
                limit = level.invisibleLimit;
                headroom = Math.min(headroom, Math.max(0, limit - used));
            }
        }
        return new Usage(
                unlessUnlimited(limit),
                unlessUnknown(own.workingSet),
                unlessUnknown(own.anonymous),
                unlessUnlimited(headroom),
                here.cgroup.version() == 2
                        ? KernelFiles.pressure(here.cgroup.levels().get(0).resolve("memory.pressure"), "some")
                        : OptionalDouble.empty());
    }

    private Found discover(long nowNanos) {
        return new Found(Cgroup.find(root, "memory", "memory.current", "memory.usage_in_bytes"), nowNanos);
    }

    private static OptionalLong unlessUnlimited(long bytes) {
        return bytes == KernelFiles.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private static OptionalLong unlessUnknown(long bytes) {
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** What was read, in bytes. */
    record Usage(
            OptionalLong limit,
            OptionalLong workingSet,
            OptionalLong anonymous,
            OptionalLong headroom,
            OptionalDouble pressure) {}

    /** The directories that account memory. */
    private record Found(Cgroup cgroup, long atNanos) {
        Level read(int index) {
            if (index >= cgroup.levels().size()) {
                return Level.UNKNOWN;
            }
            Path dir = cgroup.levels().get(index);
            String stat = KernelFiles.text(dir.resolve("memory.stat"));
            if (cgroup.version() == 2) {
                long usage = KernelFiles.number(dir.resolve("memory.current"));
                long anonymous = KernelFiles.field(stat, "anon");
                return new Level(
                        limit(KernelFiles.number(dir.resolve("memory.max"))),
                        limit(KernelFiles.number(dir.resolve("memory.high"))),
                        KernelFiles.UNLIMITED,
                        workingSet(usage, KernelFiles.field(stat, "inactive_file"), anonymous),
                        anonymous);
            }
            long usage = KernelFiles.number(dir.resolve("memory.usage_in_bytes"));
            long anonymous = KernelFiles.field(stat, "total_rss");
            return new Level(
                    limit(KernelFiles.number(dir.resolve("memory.limit_in_bytes"))),
                    KernelFiles.UNLIMITED,
                    limit(KernelFiles.field(stat, "hierarchical_memory_limit")),
                    workingSet(usage, KernelFiles.field(stat, "total_inactive_file"), anonymous),
                    anonymous);
        }

        private static long limit(long bytes) {
            return bytes <= 0 ? KernelFiles.UNLIMITED : bytes;
        }

        private static long workingSet(long usage, long inactiveFile, long anonymous) {
            if (usage <= 0 || usage == KernelFiles.UNLIMITED) {
                return KernelFiles.UNKNOWN;
            }
            long least = anonymous <= usage ? Math.max(0, anonymous) : 0;
            long workingSet = Math.max(least, inactiveFile > usage ? 0 : usage - Math.max(0, inactiveFile));
            return workingSet > 0 ? workingSet : usage;
        }
    }

    /** One directory; a limit that is not known is none. */
    private record Level(long limit, long high, long invisibleLimit, long workingSet, long anonymous) {
        static final Level UNKNOWN = new Level(
                KernelFiles.UNLIMITED,
                KernelFiles.UNLIMITED,
                KernelFiles.UNLIMITED,
                KernelFiles.UNKNOWN,
                KernelFiles.UNKNOWN);

        /** Where it begins to hurt: above {@code memory.high} everything that allocates is slowed down. */
        long soonest() {
            return Math.min(limit, high);
        }
    }
}
