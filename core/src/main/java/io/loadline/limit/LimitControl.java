/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.internal.ProcessCpu;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a limiter does from time to time: collects what was seen, lets its algorithm decide, tells. Thread-safe. */
final class LimitControl {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    private static final long LOG_PAUSE_NANOS = 60_000_000_000L;

    private final String name;
    private final DoubleSupplier cpuUtilization;
    private final AdmissionWord word;
    private final RouteGroups groups;
    private final RouteTable routes;
    private final Admittance admittance;
    private final LimiterEvents events;

    /** Whether the algorithm is warm. Written by the beat, read by anybody; a beat stale. */
    private volatile boolean warm;

    /** Written by the beat, read by anybody. */
    private volatile LimitDecision lastDecision;

    /** Guards everything below: what the beat collects. Never held while a caller's code runs, but the algorithm's. */
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private LimitAlgorithm algorithm;

    @GuardedBy("lock")
    private final Collector collector;

    @GuardedBy("lock")
    private final Baselines baselines;

    @GuardedBy("lock")
    private long shedLogged;

    @GuardedBy("lock")
    private long shedLoggedNanos = -LOG_PAUSE_NANOS;

    @GuardedBy("lock")
    private boolean algorithmFailed;

    @GuardedBy("lock")
    private boolean cpuFailed;

    /** Parts of the limiter that {@code builder} builds, whose algorithm begins with {@code word}'s limit. */
    LimitControl(
            ConcurrencyLimiter.Builder builder,
            LimitAlgorithm algorithm,
            AdmissionWord word,
            RouteGroups groups,
            RouteTable routes,
            StripedStats stats,
            Admittance admittance) {
        this.name = builder.name;
        this.algorithm = algorithm;
        this.cpuUtilization = builder.cpuUtilization == null ? processCpu(builder.ticker) : builder.cpuUtilization;
        this.word = word;
        this.groups = groups;
        this.routes = routes;
        this.admittance = admittance;
        this.events = LimiterEvents.of(name);
        this.warm = algorithm.isWarm();
        this.lastDecision = LimitDecision.of(word.limit(), "initial limit");
        SloTally slo = builder.sloNanos < 0 ? null : new SloTally(builder.maxRoutes);
        this.collector = new Collector(stats, routes, word, slo);
        this.baselines = new Baselines(builder.maxRoutes, builder.tuning);
    }

    LimitDecision lastDecision() {
        return lastDecision;
    }

    boolean isWarm() {
        return warm;
    }

    void enforcement(Enforcement changed) {
        lock.lock();
        try {
            admittance.enforcement(changed, warm);
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    LimitBounds bounds() {
        lock.lock();
        try {
            return algorithm.bounds();
        } finally {
            lock.unlock();
        }
    }

    /** {@link ConcurrencyLimiter#settings(LimiterSettings)}; returns the routes that have got a group. */
    List<String> change(LimiterSettings changed, Waiting waiting, Streams streams) {
        /*
         * A call reads the enforcement, the limit and the state of its group one after the other, as ever, and one word
         * for all would cost every call what a change needs once. So there is an order: first what admits more (looser
         * enforcement, a higher limit), then the routes, then what admits less. Under the higher of both limits and the
         * looser of both modes a call is refused by the old routes only if the old settings would refuse it, and by the
         * new routes only if the new ones would: nobody meets the limit of the one in the mode of the other. Who has read a part
         * before the change and the rest after it would all the same: whoever is refused meanwhile asks again, see Admittance.
         *
         * All that can be refused is refused before anything has changed: routes, then the algorithm.
         */
        lock.lock();
        admittance.beginChange();
        try {
            int limit = word.limit();
            int next = changed.bounds() == null ? limit : changed.bounds().clamp(limit);
            List<String> added = groups.limits(changed.routes(), routes.max(), () -> {
                admitMore(changed, Math.max(limit, next));
                waiting.max(changed.maxWaiters());
                streams.max(changed.maxStreams());
            });
            groups.limit(next, warm);
            admittance.enforcement(changed.enforcement(), warm);
            if (word.limit() != limit) {
                String reason = "the bounds have changed: " + changed.bounds();
                events.limitChanged(limit, word.limit(), reason);
                lastDecision = LimitDecision.of(word.limit(), reason);
            }
            return added;
        } finally {
            admittance.endChange();
            lock.unlock();
        }
    }

    /** Refuses what the algorithm does, before anything has changed. */
    @SuppressWarnings("GuardedBy") // called under the lock, but from a lambda
    private void admitMore(LimiterSettings changed, int limit) {
        LimitBounds bounds = changed.bounds();
        if (bounds != null && !bounds.equals(algorithm.bounds())) {
            algorithm = algorithm.bounds(bounds);
        }
        if (changed.enforcement().compareTo(admittance.enforcement()) < 0) {
            admittance.enforcement(changed.enforcement(), warm);
        }
        groups.limit(limit, warm);
    }

    LimiterStats stats() {
        lock.lock();
        try {
            collector.collect(admittance.now());
            return collector.total();
        } finally {
            lock.unlock();
        }
    }

    Map<Route, LimiterStats> statsByRoute() {
        lock.lock();
        try {
            collector.collect(admittance.now());
            Map<Route, LimiterStats> stats = new LinkedHashMap<>();
            for (Route route : routes.all()) {
                stats.put(route, collector.total(route));
            }
            return stats;
        } finally {
            lock.unlock();
        }
    }

    LimiterStats stats(Route route) {
        lock.lock();
        try {
            collector.collect(admittance.now());
            return collector.total(route);
        } finally {
            lock.unlock();
        }
    }

    SloCounts sloCounts(Route route) {
        lock.lock();
        try {
            collector.collect(admittance.now());
            return collector.sloCounts(route);
        } finally {
            lock.unlock();
        }
    }

    Map<Route, SloCounts> sloCountsByRoute() {
        lock.lock();
        try {
            collector.collect(admittance.now());
            Map<Route, SloCounts> counts = new LinkedHashMap<>();
            for (Route route : routes.all()) {
                counts.put(route, collector.sloCounts(route));
            }
            return counts;
        } finally {
            lock.unlock();
        }
    }

    /** Due about every 100 ms. */
    void beat() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            long now = admittance.now();
            groups.beat();
            collector.collect(now);
            admittance.beat(now, collector.sampleMask(now));
            events.refusals(routes.all(), collector);
            admittance.priorities().beat(now);
            if (algorithm.isComplete(collector.window(now, Double.NaN))) {
                decide(now);
            }
            logShed(now);
        } catch (Throwable e) {
            if (!algorithmFailed) {
                algorithmFailed = true;
                LOG.warn(
                        "{}: {} failed; the limit stays at {}, and this is logged once",
                        name,
                        algorithm.getClass().getName(),
                        word.limit(),
                        e);
            }
            collector.beginWindow(admittance.now());
        } finally {
            lock.unlock();
        }
    }

    void stalled(Duration duration) {
        lock.lock();
        try {
            collector.stalled(admittance.now());
            events.stalled(duration);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void decide(long now) {
        LimitWindow window = collector.window(now, cpuUtilization());
        LimitDecision decision = algorithm.decide(window);
        int limit = clamp(decision.limit());
        warm = algorithm.isWarm();
        int before = word.limit();
        groups.limit(limit, warm);
        if (limit != before) {
            events.limitChanged(before, limit, decision.reason());
            lastDecision = new LimitDecision(limit, decision.reason(), decision.adoptLatency());
        }
        if (decision.adoptLatency()) {
            collector.adoptInto(baselines);
        } else {
            collector.learnInto(baselines, now, window.binding());
        }
        admittance.enforcement(admittance.enforcement(), warm);
        collector.beginWindow(now);
    }

    /** Unknown if it cannot be read: a limiter that stood still for that would be worse than one that knows less. */
    @GuardedBy("lock")
    private double cpuUtilization() {
        try {
            return cpuUtilization.getAsDouble();
        } catch (Throwable e) {
            if (!cpuFailed) {
                cpuFailed = true;
                LOG.warn("{}: the CPU utilization cannot be read and counts as unknown; this is logged once", name, e);
            }
            return Double.NaN;
        }
    }

    @GuardedBy("lock")
    private void logShed(long now) {
        if (now - shedLoggedNanos < LOG_PAUSE_NANOS) {
            return;
        }
        long shed = collector.total().shed();
        if (shed > shedLogged) {
            LOG.warn(
                    "{}: refused {} calls for want of capacity since the last such line; limit {}, in flight {}",
                    name,
                    shed - shedLogged,
                    word.limit(),
                    word.running());
            shedLogged = shed;
            shedLoggedNanos = now;
        }
    }

    static int clamp(int limit) {
        return Math.max(1, Math.min(ConcurrencyLimiter.MAX_LIMIT, limit));
    }

    /** Known from the second beat on: to find out what there is to read takes longer than the rest of the limiter's start. */
    private static DoubleSupplier processCpu(Ticker ticker) {
        return new DoubleSupplier() {
            private @Nullable ProcessCpu cpu;

            @Override
            public double getAsDouble() {
                ProcessCpu known = cpu;
                if (known == null) {
                    cpu = new ProcessCpu(ticker.read());
                    return Double.NaN;
                }
                return known.read(ticker.read());
            }
        };
    }
}
