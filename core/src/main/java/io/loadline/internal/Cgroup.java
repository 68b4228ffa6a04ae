/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of this process and its visible ancestors, as far as they have the files of one controller. Immutable.
 *
 * @param version 2 or 1; 0 if there is none
 * @param levels their directories, the process's own first
 */
public record Cgroup(int version, List<Path> levels) {
    /*
     * Where: /proc/self/cgroup names the cgroup as seen from the root of the reader's namespace, /proc/self/mountinfo
     * says which part of the hierarchy is mounted where. Usually both begin at the container's own cgroup ("/"). With
     * the host's namespace in a container the mount's root is the container's cgroup and has to be taken off the path;
     * where the path does not lie below the mount, or climbs out of it ("/../x"), the mount's top is the nearest that
     * can be seen. Version 1 goes first: where both are mounted, things are accounted by the one that has the controller.
     */

    /** Where nothing is to be seen. */
    public static final Cgroup NONE = new Cgroup(0, List.of());

    /** Copies the directories. */
    public Cgroup {
        levels = List.copyOf(levels);
    }

    /**
     * Looks for the directories that have {@code file2} in version 2, or {@code file1} in version 1, of {@code controller};
     * {@code proc} and the mounts are below {@code root}. Nothing throws.
     */
    public static Cgroup find(Path root, String controller, String file2, String file1) {
        String memberships = memberships(root);
        String mounts = KernelFiles.text(root.resolve("proc/self/mountinfo"));
        if (memberships == null || mounts == null) {
            return NONE;
        }
        String legacy = null;
        String unified = null;
        for (String line : memberships.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains(controller)) {
                legacy = parts[2];
            } else if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
                unified = parts[2];
            }
        }
        List<Mount> all =
                mounts.lines().map(Mount::parse).filter(mount -> mount != null).toList();
        for (int version = 1; version <= 2; version++) {
            String path = version == 1 ? legacy : unified;
            String file = version == 1 ? file1 : file2;
            List<Path> levels = path == null ? List.of() : levels(root, all, version, controller, path, file);
            if (!levels.isEmpty()) {
                return new Cgroup(version, levels);
            }
        }
        return NONE;
    }

    private static @Nullable String memberships(Path root) {
        return KernelFiles.text(root.resolve("proc/self/cgroup"));
    }

    /** The directories from the process's own upwards that have the file; of several mounts the one that shows most. */
    private static List<Path> levels(
            Path root, List<Mount> mounts, int version, String controller, String path, String file) {
        List<Path> most = List.of();
        for (Mount mount : mounts) {
            if (mount.has(controller, version)) {
                List<Path> levels = levels(root, mount, path, file);
                most = levels.size() > most.size() ? levels : most;
            }
        }
        return most;
    }

    private static List<Path> levels(Path root, Mount mount, String path, String file) {
        List<Path> levels = new ArrayList<>();
        try {
            Path top = root.resolve(withoutSlash(mount.point));
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

    /** The cgroup of this process as it is now: it is found again when the process was moved. Not thread-safe. */
    public static final class Own {
        private static final long LOOK_NANOS = 5_000_000_000L;

        private final Path root;
        private final String controller;
        private final String file2;
        private final String file1;
        private Cgroup found = NONE;
        private @Nullable String memberships;
        private boolean looked;
        private long lookedNanos;

        /** Looks for the same as {@link Cgroup#find}. */
        public Own(Path root, String controller, String file2, String file1) {
            this.root = root;
            this.controller = controller;
            this.file2 = file2;
            this.file1 = file1;
        }

        /** What is found, which may be 5 s old; the first call looks for it. */
        public Cgroup at(long nowNanos) {
            if (!looked || nowNanos - lookedNanos >= LOOK_NANOS) {
                String now = memberships(root);
                // Where there are no more descriptors to be had, it cannot be read, and the process is where it was.
                if (found == NONE || (now != null && !now.equals(memberships))) {
                    found = find(root, controller, file2, file1);
                    memberships = now;
                }
                looked = true;
                lookedNanos = nowNanos;
            }
            return found;
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

        boolean has(String controller, int version) {
            return version == 2
                    ? type.equals("cgroup2")
                    : type.equals("cgroup") && List.of(options.split(",", -1)).contains(controller);
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
