/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.time.Ticker;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;

/** How much of the last 10 s all threads stood still for the garbage collector. Not thread-safe; confined to the tick. */
final class GcPauses implements Saturation {
    /*
     * USED_UP: a collector is free to take some percent of the time, G1 aims at 8. At a quarter the service does visibly
     * less than it could, and at half of the time it is close to its end. So a quarter counts as used up, and more outranks
     * CPUs that are used up: it is the collector that uses them.
     *
     * Beans of concurrent cycles are left out: during those the service runs.
     */
    private static final int SECONDS = 10;
    private static final double USED_UP = 0.25;
    private static final double NANOS_OF_MILLI = 1e6;

    private final Ticker ticker;
    private final Supplier<Counts> counts;
    private final CounterWindow window = new CounterWindow(SECONDS);
    private double share = Double.NaN;
    private double pauseSeconds = Double.NaN;
    private long pauses;

    GcPauses(Ticker ticker) {
        this(ticker, new Beans());
    }

    GcPauses(Ticker ticker, Supplier<Counts> counts) {
        this.ticker = ticker;
        this.counts = counts;
    }

    @Override
    public String name() {
        return "gc";
    }

    @Override
    public Kind kind() {
        return Kind.SYMPTOM;
    }

    @Override
    public String detail() {
        if (Double.isNaN(share)) {
            return "nothing has been counted yet";
        }
        // Asked for every second: a formatter would cost more than all else that is done then.
        return pauses == 0
                ? ""
                : Math.round(share * 100) + " % of the last seconds in " + pauses + " pauses of "
                        + Math.round(pauseSeconds * 1e3) + " ms";
    }

    @Override
    public double utilization() {
        Counts now = counts.get();
        long[] growth = window.add(ticker.read(), now.pauses, now.millis);
        if (growth == null || growth[0] == 0) {
            share = Double.NaN;
            pauseSeconds = Double.NaN;
        } else {
            pauses = growth[1];
            share = Math.min(1, growth[2] * NANOS_OF_MILLI / growth[0]);
            pauseSeconds = pauses == 0 ? 0 : growth[2] / 1e3 / pauses;
        }
        return share / USED_UP;
    }

    /** The share of the time, 0 to 1; NaN if unknown. As of the last {@link #utilization()}, like the next. */
    double share() {
        return share;
    }

    /** The mean length of a pause in seconds, 0 without any; NaN if unknown. */
    double pauseSeconds() {
        return pauseSeconds;
    }

    /** By the names of OpenJDK's collectors, and of C4. */
    static boolean pauses(String bean) {
        return !bean.endsWith("Cycles") && (!bean.startsWith("GPGC") || bean.endsWith("Pauses"));
    }

    /** Pauses since the start, and their time. */
    record Counts(long pauses, long millis) {}

    private static final class Beans implements Supplier<Counts> {
        private final List<GarbageCollectorMXBean> beans = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(bean -> pauses(bean.getName()))
                .toList();

        @Override
        public Counts get() {
            long pauses = 0;
            long millis = 0;
            for (GarbageCollectorMXBean bean : beans) {
                pauses += Math.max(0, bean.getCollectionCount());
                millis += Math.max(0, bean.getCollectionTime());
            }
            return new Counts(pauses, millis);
        }
    }
}
