/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
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
    public ProcessCpu(long nowNanos, Path root, LongSupplier cpuTime) {
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
            double known = cpus(nowNanos);
            // An overload may take all descriptors: all CPUs of the machine instead of the quota would look idle.
            cpus = Double.isNaN(known) ? cpus : known;
            cpusNanos = nowNanos;
        }
        if (cpuNanos < 0 || wallNanos <= 0 || usedNanos < 0) {
            return Double.NaN;
        }
        return (double) usedNanos / wallNanos / cpus;
    }

    /** The CPUs that {@link #read} went by last. */
    public double cpus() {
        return cpus;
    }

    /**
     * The CPUs this process may use at {@code nowNanos}, a fraction under a quota, of its own cgroup or an ancestor's. Read
     * anew each time; NaN if there is a quota that cannot be read.
     */
    public double cpus(long nowNanos) {
        double cpus = Runtime.getRuntime().availableProcessors();
        Cgroup own = cgroup.at(nowNanos);
        for (Path level : own.levels()) {
            cpus = Math.min(cpus, own.version() == 2 ? unified(level) : legacy(level));
        }
        return cpus;
    }

    /** {@code max 100000} or {@code 50000 100000}; the root has none. */
    private static double unified(Path level) {
        Path file = level.resolve("cpu.max");
        String text = KernelFiles.whole(file);
        if (text == null) {
            return Files.exists(file) ? Double.NaN : Double.POSITIVE_INFINITY;
        }
        String[] quotaAndPeriod = text.trim().split(" ", -1);
        return quotaAndPeriod.length == 2 ? quota(quotaAndPeriod[0], quotaAndPeriod[1]) : Double.NaN;
    }

    /** A file each, and -1 for no quota. */
    private static double legacy(Path level) {
        Path file = level.resolve("cpu.cfs_quota_us");
        String quota = KernelFiles.whole(file);
        if (quota == null) {
            return Files.exists(file) ? Double.NaN : Double.POSITIVE_INFINITY;
        }
        String period = KernelFiles.whole(level.resolve("cpu.cfs_period_us"));
        String limit = quota.trim().equals("-1") ? "max" : quota.trim();
        return period == null ? Double.NaN : quota(limit, period.trim());
    }

    /** In CPUs, infinite if there is none, NaN if it makes no sense. */
    private static double quota(String quota, String period) {
        long time = KernelFiles.parse(quota);
        long of = KernelFiles.parse(period);
        if (time <= 0 || of <= 0 || of == KernelFiles.UNLIMITED) {
            return Double.NaN;
        }
        return time == KernelFiles.UNLIMITED ? Double.POSITIVE_INFINITY : (double) time / of;
    }

    /** Unknown where the JVM has no beans of that kind, or lacks the module {@code jdk.management}. */
    private static LongSupplier cpuTime() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                    ? bean::getProcessCpuTime
                    : () -> -1;
        } catch (LinkageError noModule) {
            return () -> -1;
        }
    }
}
