/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;

/**
 * A CPU cgroup with a quota below this JVM's own, for children: what a container's CPU limit is. Thread-safe.
 *
 * <p>It is removed when it is closed, or when this JVM ends: then after its children.
 */
public final class CpuGroup implements AutoCloseable {
    /* The kubelet's default. */
    private static final int PERIOD_MICROS = 100_000;

    private final ControlGroup group;

    private CpuGroup(ControlGroup group) {
        this.group = group;
    }

    /**
     * Makes a group.
     *
     * @param cpus what its processes may use together, such as 0.5
     * @throws IOException if this machine or this user cannot have one; the message says why
     */
    public static CpuGroup create(double cpus) throws IOException {
        CpuGroup made = new CpuGroup(ControlGroup.create("cpu"));
        try {
            made.cpus(cpus);
        } catch (IOException e) {
            made.close();
            throw e;
        }
        return made;
    }

    /** Changes what its processes may use, from the next tenth of a second on. */
    public void cpus(double cpus) throws IOException {
        long quotaMicros = Math.round(cpus * PERIOD_MICROS);
        if (group.version() == ControlGroup.Version.V1) {
            Files.writeString(group.file("cpu.cfs_period_us"), String.valueOf(PERIOD_MICROS));
            Files.writeString(group.file("cpu.cfs_quota_us"), String.valueOf(quotaMicros));
        } else {
            Files.writeString(group.file("cpu.max"), quotaMicros + " " + PERIOD_MICROS);
        }
    }

    /** Sets whether its processes get a tenth only of what others get, when there is not enough for all. Default: no. */
    public void background(boolean background) throws IOException {
        if (group.version() == ControlGroup.Version.V1) {
            Files.writeString(group.file("cpu.shares"), background ? "102" : "1024");
        } else {
            Files.writeString(group.file("cpu.weight"), background ? "10" : "100");
        }
    }

    ControlGroup group() {
        return group;
    }

    /** Removes the group; its processes must have ended. */
    @Override
    public void close() {
        group.close();
    }
}
