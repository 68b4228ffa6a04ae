/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
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
    private final Path cgroup;
    private long lastCpuNanos;
    private long lastNanos;
    private double cpus;
    private long cpusNanos;

    /** Begins to measure at {@code nowNanos}, a reading of the ticker that later readings use too. */
    public ProcessCpu(long nowNanos) {
        this(nowNanos, Path.of("/sys/fs/cgroup"), cpuTime());
    }

    /** The same with the quota read below {@code cgroup}, and CPU time in nanoseconds, negative if it is unknown. */
    ProcessCpu(long nowNanos, Path cgroup, LongSupplier cpuTime) {
        this.cgroup = cgroup;
        this.cpuTime = cpuTime;
        this.lastCpuNanos = cpuTime.getAsLong();
        this.lastNanos = nowNanos;
        this.cpus = cpus();
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
            cpus = cpus();
            cpusNanos = nowNanos;
        }
        if (cpuNanos < 0 || wallNanos <= 0 || usedNanos < 0) {
            return Double.NaN;
        }
        return (double) usedNanos / wallNanos / cpus;
    }

    /** The CPUs this process may use, a fraction under a quota. Read anew each time. */
    public double cpus() {
        double cpus = Runtime.getRuntime().availableProcessors();
        double quota = quota();
        return quota > 0 ? Math.min(cpus, quota) : cpus;
    }

    /** Version 2 has {@code "max 100000"} or {@code "50000 100000"}, version 1 a file each and -1 for none. */
    private double quota() {
        try {
            Path unified = cgroup.resolve("cpu.max");
            if (Files.exists(unified)) {
                String[] quotaAndPeriod = Files.readString(unified).trim().split(" ", -1);
                return quotaAndPeriod[0].equals("max")
                        ? -1
                        : Double.parseDouble(quotaAndPeriod[0]) / Double.parseDouble(quotaAndPeriod[1]);
            }
            Path quota = cgroup.resolve("cpu/cpu.cfs_quota_us");
            if (Files.exists(quota)) {
                return Double.parseDouble(Files.readString(quota).trim())
                        / Double.parseDouble(Files.readString(cgroup.resolve("cpu/cpu.cfs_period_us"))
                                .trim());
            }
        } catch (IOException | RuntimeException unreadable) {
            // What the JVM says stands.
        }
        return -1;
    }

    private static LongSupplier cpuTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                ? bean::getProcessCpuTime
                : () -> -1;
    }
}
