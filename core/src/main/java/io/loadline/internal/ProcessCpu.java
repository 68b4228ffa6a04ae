/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import java.lang.management.ManagementFactory;

/**
 * The share of its CPUs that this process used since the last reading. Not thread-safe.
 *
 * <p>Measured as CPU time over wall time and available processors, which in a container are those of its CPU quota
 * rounded up; it needs no privileges and no files.
 */
public final class ProcessCpu {
    private final com.sun.management.@org.jspecify.annotations.Nullable OperatingSystemMXBean os;
    private long lastCpuNanos;
    private long lastNanos;

    /** Begins to measure at {@code nowNanos}, a reading of the ticker that later readings use too. */
    public ProcessCpu(long nowNanos) {
        this.os = ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                ? bean
                : null;
        this.lastCpuNanos = cpuNanos();
        this.lastNanos = nowNanos;
    }

    /** The utilization since the last call, at least 0, about 1 when all CPUs were busy; NaN if it is unknown. */
    public double read(long nowNanos) {
        long cpuNanos = cpuNanos();
        long usedNanos = cpuNanos - lastCpuNanos;
        long wallNanos = nowNanos - lastNanos;
        lastCpuNanos = cpuNanos;
        lastNanos = nowNanos;
        if (cpuNanos < 0 || wallNanos <= 0 || usedNanos < 0) {
            return Double.NaN;
        }
        return (double) usedNanos / wallNanos / Runtime.getRuntime().availableProcessors();
    }

    private long cpuNanos() {
        return os == null ? -1 : os.getProcessCpuTime();
    }
}
