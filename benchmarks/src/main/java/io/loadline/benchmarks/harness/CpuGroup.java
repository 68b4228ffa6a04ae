/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A CPU cgroup for one child, which sees it as a container sees its own. Thread-safe.
 *
 * <p>Takes root, for the child has its own mounts: below {@code /sys/fs/cgroup} it finds its own group where the root group
 * would be, so that it can read its quota. Removed when it is closed, or when this JVM ends: then after its children.
 */
public final class CpuGroup implements AutoCloseable {
    /* The kubelet's default. */
    private static final int PERIOD_MICROS = 100_000;
    private static final String ENTER =
            "echo 0 > \"$1/cgroup.procs\" && mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"";

    private final ControlGroup group;

    private CpuGroup(ControlGroup group) {
        this.group = group;
    }

    /**
     * Makes a group without a quota.
     *
     * @throws IOException if this machine or this user cannot have one; the message says why
     */
    public static CpuGroup create() throws IOException {
        return new CpuGroup(ControlGroup.create("cpu"));
    }

    /**
     * Makes a group and lets a child look at it.
     *
     * @throws IOException if {@link #create} or the child's view of it does not work here; the message says why
     */
    public static void check() throws IOException, InterruptedException {
        try (CpuGroup group = create()) {
            group.quota(0.25);
            Path quota = group.group.mount().resolve(group.quotaFile());
            Process child = new ProcessBuilder(group.enter(List.of("cat", quota.toString())))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            child.waitFor();
            if (!said.startsWith(String.valueOf(PERIOD_MICROS / 4))) {
                throw new IOException("a child does not see its group as its own: " + said);
            }
        }
    }

    /** Sets how many CPUs the child may use, counted over tenths of a second. */
    public void quota(double cpus) throws IOException {
        long micros = Math.round(cpus * PERIOD_MICROS);
        if (group.isUnified()) {
            write(quotaFile(), micros + " " + PERIOD_MICROS);
        } else {
            write("cpu.cfs_period_us", String.valueOf(PERIOD_MICROS));
            write(quotaFile(), String.valueOf(micros));
        }
    }

    private String quotaFile() {
        return group.isUnified() ? "cpu.max" : "cpu.cfs_quota_us";
    }

    /** Sets whether the child gets a tenth only of what others get, when there is not enough for all. */
    public void background(boolean background) throws IOException {
        if (group.isUnified()) {
            write("cpu.weight", background ? "10" : "100");
        } else {
            write("cpu.shares", background ? "102" : "1024");
        }
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(group.file(file), value);
    }

    /** A command that runs {@code command} in the group from its first instruction on. */
    List<String> enter(List<String> command) {
        List<String> entered = new ArrayList<>(List.of("unshare", "--mount", "/bin/sh", "-c", ENTER, "sh"));
        entered.add(group.folder().toString());
        entered.add(group.mount().toString());
        entered.addAll(command);
        return entered;
    }

    /** Removes the group; its process must have ended. */
    @Override
    public void close() {
        group.close();
    }
}
