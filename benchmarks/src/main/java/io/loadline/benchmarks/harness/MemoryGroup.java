/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A memory cgroup below this JVM's own, for children. Thread-safe.
 *
 * <p>It is removed when it is closed, or when this JVM ends: then after its children.
 */
public final class MemoryGroup implements AutoCloseable {
    /* Version 1 and version 2 differ in the names of files only. */
    private enum Names {
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

        Names(String limit, String swapLimit, String usage, String anonymous, String inactiveFile, String kills) {
            this.limit = limit;
            this.swapLimit = swapLimit;
            this.usage = usage;
            this.anonymous = anonymous;
            this.inactiveFile = inactiveFile;
            this.kills = kills;
        }
    }

    private final ControlGroup group;
    private final Names names;

    private MemoryGroup(ControlGroup group) {
        this.group = group;
        this.names = Names.valueOf(group.version().name());
    }

    /**
     * Makes a group.
     *
     * @param limitBytes what its processes may take together; empty for no limit
     * @throws IOException if this machine or this user cannot have one; the message says why
     */
    public static MemoryGroup create(OptionalLong limitBytes) throws IOException {
        MemoryGroup made = new MemoryGroup(ControlGroup.create("memory"));
        try {
            if (limitBytes.isPresent()) {
                made.limit(limitBytes.getAsLong());
            }
            made.anonymousBytes();
        } catch (IOException | UncheckedIOException e) {
            made.close();
            throw e;
        }
        return made;
    }

    private void limit(long bytes) throws IOException {
        Files.writeString(group.file(names.limit), String.valueOf(bytes));
        Path swap = group.file(names.swapLimit);
        if (Files.exists(swap)) {
            Files.writeString(swap, names == Names.V1 ? String.valueOf(bytes) : "0");
        }
    }

    ControlGroup group() {
        return group;
    }

    /** Anonymous memory of all its processes. */
    public long anonymousBytes() {
        return figure("memory.stat", names.anonymous);
    }

    /** What its processes use, without file pages that nobody used lately. */
    public long workingSetBytes() {
        try {
            long usage =
                    Long.parseLong(Files.readString(group.file(names.usage)).strip());
            return usage - figure("memory.stat", names.inactiveFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many of its processes the kernel has killed for want of memory. */
    public long oomKills() {
        return figure(names.kills, "oom_kill");
    }

    private long figure(String file, String key) {
        try {
            for (String line : Files.readAllLines(group.file(file))) {
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
        group.close();
    }
}
