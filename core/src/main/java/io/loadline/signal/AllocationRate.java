/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import com.sun.management.ThreadMXBean;
import io.loadline.time.Ticker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How many bytes the threads of this JVM allocate in a second. Not thread-safe; confined to the tick. */
final class AllocationRate {
    private static final int SECONDS = 5;

    private final Ticker ticker;
    private final LongSupplier allocatedBytes;
    private final CounterWindow window = new CounterWindow(SECONDS);

    AllocationRate(Ticker ticker) {
        this(ticker, ofThreads());
    }

    /** {@code allocatedBytes} is negative while it is not known. */
    AllocationRate(Ticker ticker, LongSupplier allocatedBytes) {
        this.ticker = ticker;
        this.allocatedBytes = allocatedBytes;
    }

    /** Bytes per second over the last seconds; NaN if unknown. */
    double read() {
        long bytes = bytes();
        if (bytes < 0) {
            window.clear();
            return Double.NaN;
        }
        long[] growth = window.add(ticker.read(), bytes);
        return growth == null || growth[0] == 0 ? Double.NaN : growth[1] * 1e9 / growth[0];
    }

    private long bytes() {
        try {
            return allocatedBytes.getAsLong();
        } catch (RuntimeException | LinkageError unsupported) {
            return -1;
        }
    }

    /** Unknown where the JVM lacks the module {@code jdk.management}. */
    private static LongSupplier ofThreads() {
        try {
            return new Threads();
        } catch (RuntimeException | LinkageError unsupported) {
            return () -> -1;
        }
    }

    /*
     * Java 21 and later count what all threads have allocated, those that have ended too. Before, the threads there are are
     * added up: what one allocates between the last reading and its end is missing, and all of a thread that lived shorter.
     * Carriers count for virtual threads.
     */
    private static final class Threads implements LongSupplier {
        private static final @Nullable MethodHandle TOTAL = find();

        private final @Nullable ThreadMXBean bean = ManagementFactory.getThreadMXBean() instanceof ThreadMXBean detailed
                        && detailed.isThreadAllocatedMemorySupported()
                ? detailed
                : null;

        private Map<Long, Long> byThread = new HashMap<>();
        private long sum;

        @Override
        public long getAsLong() {
            ThreadMXBean threads = bean;
            if (threads == null || !threads.isThreadAllocatedMemoryEnabled()) {
                return -1;
            }
            return TOTAL == null ? add(threads) : total(TOTAL, threads);
        }

        private long add(ThreadMXBean threads) {
            long[] ids = threads.getAllThreadIds();
            long[] bytes = threads.getThreadAllocatedBytes(ids);
            Map<Long, Long> now = new HashMap<>();
            for (int i = 0; i < ids.length; i++) {
                if (bytes[i] >= 0) {
                    sum += Math.max(0, bytes[i] - byThread.getOrDefault(ids[i], 0L));
                    now.put(ids[i], bytes[i]);
                }
            }
            byThread = now;
            return sum;
        }

        private static long total(MethodHandle method, ThreadMXBean threads) {
            try {
                return (long) method.invokeExact(threads);
            } catch (Throwable unsupported) {
                return -1;
            }
        }

        private static @Nullable MethodHandle find() {
            try {
                return MethodHandles.publicLookup()
                        .findVirtual(
                                ThreadMXBean.class, "getTotalThreadAllocatedBytes", MethodType.methodType(long.class));
            } catch (ReflectiveOperationException noneBeforeJava21) {
                return null;
            }
        }
    }
}
