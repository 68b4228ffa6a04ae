/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.time.Heartbeat;
import io.loadline.time.Ticker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long tasks wait before executors run them: event loops, or the carriers of virtual threads. A {@link Saturation} to be
 * added to one {@link LoadSignal}, which gives each executor a task at each beat unless the last one still waits. Thread-safe.
 */
public final class LagProbe implements Saturation {
    /*
     * A tenth of a second, in which an event loop should have gone round many times, counts as used up. The mean delay of a
     * second is what counts, that of the executor that has most; the age of a task that still waits is a delay, too, so one
     * that never runs is seen.
     *
     * A beat that comes late says that the whole process stood still: what waited meanwhile, or came to run before that beat,
     * did not wait for its executor. So all is measured anew from then on.
     */
    private static final double USED_UP_NANOS = 100e6;
    private static final double MOST = 10;
    private static final int MOST_EXECUTORS = 256;

    /** So many beats in a row in which an executor has not taken a task. */
    private static final int BLOCKED_BEATS = 10;

    private final String name;
    private final String none;
    private final Supplier<? extends Collection<? extends Executor>> executors;
    private final AtomicBoolean sending = new AtomicBoolean();
    private final AtomicInteger blockedBeats = new AtomicInteger();

    /** Raised by the beat, lowered by who sends: the process stood still. */
    private final AtomicBoolean stalled = new AtomicBoolean();

    /** Why executors cannot be supplied, null if they can. Written by who sends, read by who asks; a beat stale. */
    private volatile @Nullable String failure;

    /** Guarded by itself; {@link #sending} lets one in who changes it. */
    private final Map<Executor, Probe> probes = new IdentityHashMap<>();

    /** Those of the map. Read and written by who sends. */
    private List<Probe> followed = List.of();

    /** Written by the beat, always the same; null before the first. */
    private volatile @Nullable Ticker ticker;

    /** Written by who asks, read by the same. */
    private volatile String detail = "";

    private LagProbe(String name, String none, Supplier<? extends Collection<? extends Executor>> executors) {
        this.name = name;
        this.none = none;
        this.executors = executors;
    }

    /**
     * A probe of all that {@code executors} supplies, each once, named {@code name}. The supplier is asked at each beat, aside, so it may
     * be empty at first.
     */
    public static LagProbe of(String name, Supplier<? extends Collection<? extends Executor>> executors) {
        return new LagProbe(name, "there is nothing to probe", executors);
    }

    /** A probe of what carries virtual threads, named {@code carriers}; unknown before Java 21, which has none. */
    public static LagProbe ofVirtualThreads() {
        List<Executor> carriers = VirtualThreads.START == null ? List.of() : List.of(VirtualThreads.INSTANCE);
        return new LagProbe("carriers", "there are no virtual threads", () -> carriers);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.DELAY;
    }

    @Override
    public String detail() {
        return detail;
    }

    @Override
    public double utilization() {
        Ticker known = ticker;
        double most = Double.NaN;
        boolean refused = false;
        if (blockedBeats.get() >= BLOCKED_BEATS) {
            detail = "an executor blocks whoever gives it a task";
            return Double.NaN;
        }
        if (stalled.get()) {
            detail = "the whole process stood still";
            return Double.NaN;
        }
        if (known != null) {
            long now = known.read();
            synchronized (probes) {
                refused = !probes.isEmpty();
                for (Probe probe : probes.values()) {
                    double mean = probe.takeMeanNanos(now);
                    most = Double.isNaN(most) || mean > most ? mean : most;
                }
            }
        }
        String why = failure;
        String unknown = refused ? "no executor takes a task" : why == null ? none : why;
        detail = Double.isNaN(most) ? unknown : "tasks wait " + Math.round(most / 1e6) + " ms";
        return Math.min(MOST, most / USED_UP_NANOS);
    }

    /** Has {@code aside} give each executor a task. Called by one signal's beat. */
    void beat(Heartbeat.Beat beat, Ticker clock, Executor aside) {
        ticker = clock;
        if (beat.lateNanos() >= Heartbeat.PERIOD.toNanos()) {
            stalled.set(true);
        }
        if (!sending.compareAndSet(false, true)) {
            int unused = blockedBeats.incrementAndGet();
            return;
        }
        blockedBeats.set(0);
        try {
            aside.execute(() -> send(clock));
        } catch (Throwable e) {
            // There is no thread to be had.
            sending.set(false);
        }
    }

    private void send(Ticker clock) {
        try {
            List<Executor> present = new ArrayList<>(executors.get());
            failure = null;
            follow(present.size() <= MOST_EXECUTORS ? present : present.subList(0, MOST_EXECUTORS), clock);
            if (stalled.get()) {
                followed.forEach(probe -> probe.restart(clock.read()));
                stalled.set(false);
            }
            for (Probe probe : followed) {
                if (probe.begin(clock.read()) && !give(probe)) {
                    probe.forget();
                }
            }
        } catch (Throwable e) {
            // Executors that cannot be supplied are none; this must come to its end.
            failure = "its executors fail with " + e.getClass().getSimpleName();
            stalled.set(false);
            synchronized (probes) {
                probes.clear();
                followed = List.of();
            }
        } finally {
            sending.set(false);
        }
    }

    private void follow(List<Executor> present, Ticker clock) {
        synchronized (probes) {
            if (present.size() == probes.size() && probes.keySet().containsAll(present)) {
                // As it is nearly always, ten times a second.
                return;
            }
            probes.keySet().removeIf(each -> present.stream().noneMatch(other -> other == each));
            present.forEach(each -> probes.computeIfAbsent(each, executor -> new Probe(executor, clock)));
            followed = List.copyOf(probes.values());
        }
    }

    private static boolean give(Probe probe) {
        try {
            probe.executor.execute(probe);
            return true;
        } catch (Throwable refused) {
            return false;
        }
    }

    /** The tasks of one executor, one at a time. Thread-safe. */
    private static final class Probe implements Runnable {
        private final Executor executor;
        private final Ticker ticker;
        private boolean waits;
        private long sinceNanos;
        private long sumNanos;
        private int count;

        Probe(Executor executor, Ticker ticker) {
            this.executor = executor;
            this.ticker = ticker;
        }

        /** False if the last task still waits. */
        synchronized boolean begin(long nowNanos) {
            if (waits) {
                return false;
            }
            waits = true;
            sinceNanos = nowNanos;
            return true;
        }

        synchronized void restart(long nowNanos) {
            sinceNanos = nowNanos;
            sumNanos = 0;
            count = 0;
        }

        synchronized void forget() {
            waits = false;
        }

        @Override
        public synchronized void run() {
            waits = false;
            add(ticker.read());
        }

        synchronized double takeMeanNanos(long nowNanos) {
            if (waits) {
                add(nowNanos);
            }
            double mean = count == 0 ? Double.NaN : (double) sumNanos / count;
            sumNanos = 0;
            count = 0;
            return mean;
        }

        private void add(long nowNanos) {
            sumNanos += Math.max(0, nowNanos - sinceNanos);
            count++;
        }
    }

    /** Starts one for each task. */
    private enum VirtualThreads implements Executor {
        INSTANCE;

        static final @Nullable MethodHandle START = find();

        @Override
        public void execute(Runnable task) {
            MethodHandle start = START;
            if (start == null) {
                throw new RejectedExecutionException("there are no virtual threads before Java 21");
            }
            try {
                Object unused = start.invoke(task);
            } catch (Throwable e) {
                throw new RejectedExecutionException(e);
            }
        }

        private static @Nullable MethodHandle find() {
            try {
                return MethodHandles.publicLookup()
                        .findStatic(
                                Thread.class,
                                "startVirtualThread",
                                MethodType.methodType(Thread.class, Runnable.class));
            } catch (ReflectiveOperationException noneBeforeJava21) {
                return null;
            }
        }
    }
}
