/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The memory of this process's cgroup and its visible ancestors, version 2 or 1. Thread-safe. */
final class CgroupMemory {
    /*
     * Where: /proc/self/cgroup names the cgroup as seen from the root of the reader's namespace, /proc/self/mountinfo
     * says which part of the hierarchy is mounted where. Usually both begin at the container's own cgroup ("/"). With
     * the host's namespace in a container the mount's root is the container's cgroup and has to be taken off the path;
     * where the path does not lie below the mount, or climbs out of it ("/../x"), the mount's top is the nearest that
     * can be seen. Version 1 goes first: where both are mounted, memory is accounted by the one that has the controller.
     *
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
        for (int i = 0; i < here.levels.size(); i++) {
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
                here.version == 2
                        ? KernelFiles.pressure(here.levels.get(0).resolve("memory.pressure"))
                        : OptionalDouble.empty());
    }

    private Found discover(long nowNanos) {
        String memberships = KernelFiles.text(root.resolve("proc/self/cgroup"));
        String mounts = KernelFiles.text(root.resolve("proc/self/mountinfo"));
        if (memberships != null && mounts != null) {
            String memory = null;
            String unified = null;
            for (String line : memberships.split("\n", -1)) {
                String[] parts = line.split(":", 3);
                if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
                    memory = parts[2];
                } else if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
                    unified = parts[2];
                }
            }
            List<Mount> all = mounts.lines()
                    .map(Mount::parse)
                    .filter(mount -> mount != null)
                    .toList();
            for (int version = 1; version <= 2; version++) {
                String path = version == 1 ? memory : unified;
                List<Path> levels = path == null ? List.of() : levels(all, version, path);
                if (!levels.isEmpty()) {
                    return new Found(version, levels, nowNanos);
                }
            }
        }
        return new Found(0, List.of(), nowNanos);
    }

    /** The directories from the process's own upwards that account memory; of several mounts the one that shows most. */
    private List<Path> levels(List<Mount> mounts, int version, String path) {
        List<Path> most = List.of();
        for (Mount mount : mounts) {
            if (mount.isMemory(version)) {
                List<Path> levels = levels(mount, version, path);
                most = levels.size() > most.size() ? levels : most;
            }
        }
        return most;
    }

    private List<Path> levels(Mount mount, int version, String path) {
        List<Path> levels = new ArrayList<>();
        try {
            Path top = root.resolve(withoutSlash(mount.point));
            String file = version == 2 ? "memory.current" : "memory.usage_in_bytes";
            for (Path dir = top.resolve(mount.below(path)); dir != null && dir.startsWith(top); dir = dir.getParent()) {
                if (Files.isReadable(dir.resolve(file))) {
                    levels.add(dir);
                }
            }
        } catch (RuntimeException noPath) {
            // A name that this file system does not have, or a security manager: nothing to be seen here.
        }
        return levels;
    }

    private static String withoutSlash(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
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

    /** The directories of one hierarchy, the process's own first. */
    private record Found(int version, List<Path> levels, long atNanos) {
        Level read(int index) {
            if (index >= levels.size()) {
                return Level.UNKNOWN;
            }
            Path dir = levels.get(index);
            String stat = KernelFiles.text(dir.resolve("memory.stat"));
            if (version == 2) {
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

    /** One line of mountinfo. */
    private record Mount(String root, String point, String type, String options) {
        /** {@code 35 31 0:32 /root /mount/point rw - cgroup source rw,memory}, with a varying number of fields before the dash. */
        static @Nullable Mount parse(String line) {
            int dash = line.indexOf(" - ");
            if (dash < 0) {
                return null;
            }
            String[] left = line.substring(0, dash).split(" ", -1);
            String[] right = line.substring(dash + 3).split(" ", -1);
            return left.length < 5 || right.length < 3
                    ? null
                    : new Mount(unescape(left[3]), unescape(left[4]), right[0], right[2]);
        }

        boolean isMemory(int version) {
            return version == 2
                    ? type.equals("cgroup2")
                    : type.equals("cgroup") && List.of(options.split(",", -1)).contains("memory");
        }

        /** {@code path} relative to this mount; empty, which is its top, if it lies outside. */
        String below(String path) {
            if (path.contains("/..")) {
                return "";
            }
            String prefix = root.endsWith("/") ? root : root + "/";
            return path.startsWith(prefix) ? withoutSlash(path.substring(prefix.length())) : "";
        }

        /** Blanks, tabs, newlines and backslashes are octal there. */
        private static String unescape(String field) {
            return field.indexOf('\\') < 0
                    ? field
                    : field.replace("\\040", " ")
                            .replace("\\011", "\t")
                            .replace("\\012", "\n")
                            .replace("\\134", "\\");
        }
    }
}
