/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A machine's {@code /proc} and {@code /sys} in a directory. Not thread-safe. */
public final class FakeMachine {
    public static final long MIB = 1 << 20;
    public final ManualTicker ticker = new ManualTicker();
    private final Path root;

    public FakeMachine(Path root) {
        this.root = root;
    }

    public MemoryReader reader() {
        return MemoryReader.builder().root(root).ticker(ticker).build();
    }

    public FakeMachine file(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public FakeMachine remove(String path) {
        try {
            Files.delete(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** What the process and its mounts are said to be. */
    public FakeMachine process(String cgroup, String... mounts) {
        file("proc/self/cgroup", cgroup);
        return file(
                "proc/self/mountinfo",
                "22 27 0:21 / /proc rw,relatime - proc proc rw\n" + String.join("\n", mounts) + "\n");
    }

    /** A container on version 2, with a namespace of its own. */
    public FakeMachine unifiedContainer() {
        return process("0::/\n", unifiedMount("/", "/sys/fs/cgroup"));
    }

    public static String unifiedMount(String mountRoot, String point) {
        return "31 23 0:28 " + mountRoot + " " + point + " ro,nosuid shared:4 master:2 - cgroup2 cgroup rw,nsdelegate";
    }

    public static String legacyMount(String mountRoot, String point) {
        return "35 31 0:32 " + mountRoot + " " + point + " rw,relatime - cgroup cgroup rw,memory";
    }

    public FakeMachine unified(String dir, String max, long current, long inactiveFile, long anonymous) {
        file(dir + "/memory.max", max + "\n");
        file(dir + "/memory.current", current + "\n");
        return file(
                dir + "/memory.stat",
                "anon " + anonymous + "\nfile 1\nanon_thp 7\ninactive_file " + inactiveFile + "\nactive_file 3\n");
    }

    public FakeMachine legacy(String dir, String limit, long usage, long inactiveFile, long rss, String hierarchical) {
        file(dir + "/memory.limit_in_bytes", limit + "\n");
        file(dir + "/memory.usage_in_bytes", usage + "\n");
        return file(
                dir + "/memory.stat",
                "cache 1\nrss 1\ninactive_file 2\nhierarchical_memory_limit " + hierarchical + "\ntotal_rss " + rss
                        + "\ntotal_rss_huge 9\ntotal_inactive_file " + inactiveFile + "\n");
    }
}
