/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The share of its CPUs that this process used since the last reading. Not thread-safe.
 *
 * <p>Measured as CPU time over wall time and CPUs. In a container these are those of its quota where that can be read,
 * since the JVM rounds them up: half a CPU that is used up would look half idle. Needs no privileges.
 */
public final class ProcessCpu {
    /** A pod can be resized in place; to look for that at each beat costs more than all else a beat does. */
    private static final long RESIZED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier cpuTime;
    private final Cgroup.Own cgroup;
    private long lastCpuNanos;
    private long lastNanos;
    private double cpus;
    private long cpusNanos;

    /** Begins to measure at {@code nowNanos}, a reading of the ticker that later readings use too. */
    public ProcessCpu(long nowNanos) {
        this(nowNanos, Path.of("/"));
    }

    /** The same with {@code proc} and the cgroups below {@code root}. */
    public ProcessCpu(long nowNanos, Path root) {
        this(nowNanos, root, cpuTime());
    }

    /** The same with CPU time in nanoseconds, negative if it is unknown. */
    ProcessCpu(long nowNanos, Path root, LongSupplier cpuTime) {
        this.cgroup = new Cgroup.Own(root, "cpu", "cpu.stat", "cpu.stat");
        this.cpuTime = cpuTime;
        this.lastCpuNanos = cpuTime.getAsLong();
        this.lastNanos = nowNanos;
        this.cpus = cpus(nowNanos);
        this.cpusNanos = nowNanos;
    }

    /** The utilization since the last call, at least 0, about 1 when all CPUs were busy; NaN if it is unknown. */
    public double read(long nowNanos) {
        long cpuNanos = cpuTime.getAsLong();
        long usedNanos = cpuNanos - lastCpuNanos;
        long wallNanos = nowNanos - lastNanos;
        lastCpuNanos = cpuNanos;
        lastNanos = nowNanos;
        if (nowNanos - cpusNanos >= RESIZED_NANOS) {
            cpus = cpus(nowNanos);
            cpusNanos = nowNanos;
        }
        if (cpuNanos < 0 || wallNanos <= 0 || usedNanos < 0) {
            return Double.NaN;
        }
        return (double) usedNanos / wallNanos / cpus;
    }

    /**
     * The CPUs this process may use at {@code nowNanos}, a fraction under a quota, of its own cgroup or an ancestor's. Read
     * anew each time.
     */
    public double cpus(long nowNanos) {
        double cpus = Runtime.getRuntime().availableProcessors();
        Cgroup own = cgroup.at(nowNanos);
        for (Path level : own.levels()) {
            double quota = own.version() == 2 ? unified(level) : legacy(level);
            cpus = quota > 0 ? Math.min(cpus, quota) : cpus;
        }
        return cpus;
    }

    /** {@code max 100000} or {@code 50000 100000}. */
    private static double unified(Path level) {
        String text = KernelFiles.whole(level.resolve("cpu.max"));
        String[] quotaAndPeriod = text == null ? new String[0] : text.trim().split(" ", -1);
        return quotaAndPeriod.length == 2
                ? quota(KernelFiles.parse(quotaAndPeriod[0]), KernelFiles.parse(quotaAndPeriod[1]))
                : -1;
    }

    /** A file each, and -1 for no quota. */
    private static double legacy(Path level) {
        String quota = KernelFiles.whole(level.resolve("cpu.cfs_quota_us"));
        String period = KernelFiles.whole(level.resolve("cpu.cfs_period_us"));
        return quota == null || period == null
                ? -1
                : quota(KernelFiles.parse(quota.trim()), KernelFiles.parse(period.trim()));
    }

    private static double quota(long quota, long period) {
        return quota > 0 && quota < KernelFiles.UNLIMITED && period > 0 && period < KernelFiles.UNLIMITED
                ? (double) quota / period
                : -1;
    }

    private static LongSupplier cpuTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                ? bean::getProcessCpuTime
                : () -> -1;
    }
}
