/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A memory cgroup below this JVM's own, for children. Thread-safe.
 *
 * <p>It is removed when it is closed, or when this JVM ends: then after its children.
 */
public final class MemoryGroup implements AutoCloseable {
    /*
     * Version 1 and version 2 differ in the names of files only. In version 2 a group that has processes cannot hand a
     * controller down to groups below it (but the root can), so there it mostly takes a delegated group to get one.
     */
    private enum Version {
        V1(
                "memory.limit_in_bytes",
                "memory.memsw.limit_in_bytes",
                "memory.usage_in_bytes",
                "total_rss",
                "total_inactive_file",
                "memory.oom_control"),
        V2("memory.max", "memory.swap.max", "memory.current", "anon", "inactive_file", "memory.events");

        final String limit;
        final String swapLimit;
        final String usage;
        final String anonymous;
        final String inactiveFile;
        final String kills;

        Version(String limit, String swapLimit, String usage, String anonymous, String inactiveFile, String kills) {
            this.limit = limit;
            this.swapLimit = swapLimit;
            this.usage = usage;
            this.anonymous = anonymous;
            this.inactiveFile = inactiveFile;
            this.kills = kills;
        }
    }

    private record Place(Version version, Path folder) {}

    private static final String PREFIX = "loadline-";

    private final Version version;
    private final Path folder;

    private MemoryGroup(Version version, Path folder) {
        this.version = version;
        this.folder = folder;
    }

    /**
     * Makes a group.
     *
     * @param limitBytes what its processes may take together; empty for no limit
     * @throws IOException if this machine or this user cannot have one; the message says why
     */
    public static MemoryGroup create(OptionalLong limitBytes) throws IOException {
        Place own = own();
        if (!Files.isWritable(own.folder())) {
            throw new IOException("may not write below " + own.folder());
        }
        removeLeftovers(own.folder());
        Path folder = Files.createTempDirectory(
                own.folder(), PREFIX + ProcessHandle.current().pid() + '-');
        MemoryGroup group = new MemoryGroup(own.version(), folder);
        Children.afterwards(group::remove);
        try {
            if (limitBytes.isPresent()) {
                group.limit(limitBytes.getAsLong());
            }
            group.anonymousBytes();
        } catch (IOException | UncheckedIOException e) {
            group.remove();
            throw e;
        }
        return group;
    }

    private static Place own() throws IOException {
        List<String> memberships = Files.readAllLines(Path.of("/proc/self/cgroup"));
        for (String mount : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            // id, parent, device, root, mount point, options, tags ... - type, source, options of the file system
            String[] fields = mount.split(" ");
            int dash = List.of(fields).indexOf("-");
            boolean v1 = fields[dash + 1].equals("cgroup")
                    && List.of(fields[dash + 3].split(",")).contains("memory");
            boolean v2 = fields[dash + 1].equals("cgroup2");
            for (String membership : memberships) {
                String[] parts = membership.split(":", 3);
                boolean matches = v1 ? List.of(parts[1].split(",")).contains("memory") : v2 && parts[0].equals("0");
                Path folder = Path.of(fields[4] + below(fields[3], parts[2]));
                if (matches && v1) {
                    return new Place(Version.V1, folder);
                }
                if (matches
                        && Files.readString(folder.resolve("cgroup.controllers"))
                                .contains("memory")) {
                    handDown(folder);
                    return new Place(Version.V2, folder);
                }
            }
        }
        throw new IOException("no memory controller is mounted");
    }

    /* A container may see its own group as the root of the mount, or not. */
    private static String below(String root, String path) {
        return root.equals("/") || !path.startsWith(root) ? path : path.substring(root.length());
    }

    private static void handDown(Path folder) throws IOException {
        Path control = folder.resolve("cgroup.subtree_control");
        if (!Files.readString(control).contains("memory")) {
            Files.writeString(control, "+memory");
        }
    }

    /* Of runs that were killed themselves. */
    private static void removeLeftovers(Path parent) throws IOException {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path group : groups) {
                String pid = group.getFileName().toString().replaceAll("^" + PREFIX + "(\\d+)-.*", "$1");
                if (pid.matches("\\d+") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    tryRemove(group);
                }
            }
        }
    }

    private void limit(long bytes) throws IOException {
        Files.writeString(folder.resolve(version.limit), String.valueOf(bytes));
        Path swap = folder.resolve(version.swapLimit);
        if (Files.exists(swap)) {
            Files.writeString(swap, version == Version.V1 ? String.valueOf(bytes) : "0");
        }
    }

    /** The file to which a process writes 0 to join. */
    Path members() {
        return folder.resolve("cgroup.procs");
    }

    /** Anonymous memory of all its processes. */
    public long anonymousBytes() {
        return figure("memory.stat", version.anonymous);
    }

    /** What its processes use, without file pages that nobody used lately. */
    public long workingSetBytes() {
        try {
            long usage = Long.parseLong(
                    Files.readString(folder.resolve(version.usage)).strip());
            return usage - figure("memory.stat", version.inactiveFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many of its processes the kernel has killed for want of memory. */
    public long oomKills() {
        return figure(version.kills, "oom_kill");
    }

    private long figure(String file, String key) {
        try {
            for (String line : Files.readAllLines(folder.resolve(file))) {
                if (line.startsWith(key + ' ')) {
                    return Long.parseLong(line.substring(key.length() + 1).strip());
                }
            }
            throw new IOException("no " + key + " in " + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the group; its processes must have ended. */
    @Override
    public void close() {
        remove();
    }

    /* The kernel lets go of a process a moment after its end. */
    private void remove() {
        for (int attempt = 0; attempt < 100 && !tryRemove(folder); attempt++) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static boolean tryRemove(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
