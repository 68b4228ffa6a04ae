/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.signal.Saturation;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The most used of several pools, as their own meters tell: connections, executors, or whatever publishes how many places are
 * taken. Thread-safe.
 */
public final class PoolSaturation implements Saturation {
    /*
     * Meters are values of a moment: a pool of one that is busy for a tenth of the time is found full at every tenth look.
     * The most used of many would then always be full. So each pool's share is a mean over some seconds, of which the
     * greatest counts.
     *
     * Waiting counts when all places are taken, as its part of all that want one: between 0, and 1 for a queue without end.
     * A queue has a length, not a rate, so more would not say how much too few the places are.
     *
     * An executor does not grow beyond its core as long as there is room in its queue. One of a single thread is not looked
     * at: that is what does things in the background, and it may be busy all the time.
     *
     * The registry is searched every ten seconds, in the beginning more often; what comes between is found then.
     */
    private static final Meters HIKARI =
            Meters.of("hikaricp.connections.active", "hikaricp.connections.max", "hikaricp.connections.pending");
    private static final Meters JDBC = Meters.of("jdbc.connections.active", "jdbc.connections.max", "");
    private static final Meters R2DBC =
            Meters.of("r2dbc.pool.acquired", "r2dbc.pool.max.allocated", "r2dbc.pool.pending");
    private static final Meters NETTY = Meters.of(
            "reactor.netty.connection.provider.active.connections",
            "reactor.netty.connection.provider.max.connections",
            "reactor.netty.connection.provider.pending.connections");
    private static final Meters EXECUTOR = new Meters(
            "executor.active",
            "executor.pool.max",
            "executor.queued",
            "executor.pool.core",
            "executor.pool.size",
            "executor.queue.remaining",
            2);
    private static final Meters FORK_JOIN =
            new Meters("executor.active", "executor.parallelism", "executor.queued", "", "", "", 2);

    private static final int SEARCH_EVERY = 10;
    private static final int MOST_POOLS = 200;
    private static final double WEIGHT = 0.25;

    private final String name;
    private final Supplier<? extends @Nullable MeterRegistry> registry;
    private final List<Meters> kinds;
    private final Set<String> exceptions;

    @GuardedBy("this")
    private Map<String, Pool> pools = Map.of();

    @GuardedBy("this")
    private int untilSearch;

    @GuardedBy("this")
    private int fruitless;

    @GuardedBy("this")
    private String detail = "";

    private PoolSaturation(
            String name,
            Supplier<? extends @Nullable MeterRegistry> registry,
            List<Meters> kinds,
            Set<String> exceptions) {
        this.name = name;
        this.registry = registry;
        this.kinds = kinds;
        this.exceptions = exceptions;
    }

    /**
     * The resource {@code pool}: connection pools that publish {@code hikaricp.connections.*}, {@code jdbc.connections.*}
     * (Spring Boot's, for any JDBC pool), {@code r2dbc.pool.*} or {@code reactor.netty.connection.provider.*}.
     *
     * @param registry where the meters are, null as long as that is not known
     */
    public static PoolSaturation connections(Supplier<? extends @Nullable MeterRegistry> registry) {
        return new PoolSaturation("pool", registry, List.of(HIKARI, JDBC, R2DBC, NETTY), Set.of());
    }

    /**
     * The resource {@code executor}: executors of two threads or more that publish {@code executor.*}, as Micrometer's
     * {@code ExecutorServiceMetrics} does.
     *
     * @param registry where the meters are, null as long as that is not known
     */
    public static PoolSaturation executors(Supplier<? extends @Nullable MeterRegistry> registry) {
        return new PoolSaturation("executor", registry, List.of(EXECUTOR, FORK_JOIN), Set.of());
    }

    /**
     * A resource named {@code name}: pools of any kind, told apart by the tags of their gauges.
     *
     * @param registry where the meters are, null as long as that is not known
     * @param active name of the gauge of places that are taken
     * @param max name of the gauge of places that there are
     * @param waiting name of the gauge of those who wait for one; empty if there is none
     */
    public static PoolSaturation of(
            String name,
            Supplier<? extends @Nullable MeterRegistry> registry,
            String active,
            String max,
            String waiting) {
        return new PoolSaturation(name, registry, List.of(Meters.of(active, max, waiting)), Set.of());
    }

    /** The same without the pools that have one of {@code pools} as the value of a tag: what is busy in the background. */
    public PoolSaturation except(String... pools) {
        Set<String> all = new HashSet<>(exceptions);
        all.addAll(List.of(pools));
        return new PoolSaturation(name, registry, kinds, Set.copyOf(all));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.PLACES;
    }

    @Override
    public synchronized String detail() {
        return detail;
    }

    @Override
    public synchronized double utilization() {
        search();
        detail = pools.isEmpty() ? "no pool has meters" : "the meters give no numbers";
        double most = Double.NaN;
        for (Pool pool : pools.values()) {
            double share = pool.read();
            if (!Double.isNaN(share) && !(share <= most)) {
                most = share;
                detail = pool.toString();
            }
        }
        return most;
    }

    @GuardedBy("this")
    private void search() {
        if (untilSearch-- > 0) {
            return;
        }
        MeterRegistry known = registry.get();
        pools = known == null ? Map.of() : find(known);
        untilSearch = known == null ? 0 : SEARCH_EVERY;
        if (pools.isEmpty() && fruitless < untilSearch) {
            untilSearch = fruitless++;
        }
    }

    @GuardedBy("this")
    private Map<String, Pool> find(MeterRegistry known) {
        Set<String> names = kinds.stream().flatMap(Meters::names).collect(Collectors.toSet());
        Map<List<Tag>, Map<String, Gauge>> byTags = new HashMap<>();
        for (Meter meter : known.getMeters()) {
            Meter.Id id = meter.getId();
            if (meter instanceof Gauge gauge && names.contains(id.getName()) && isLookedAt(id)) {
                byTags.computeIfAbsent(id.getTags(), tags -> new HashMap<>()).put(id.getName(), gauge);
            }
        }
        Map<String, Pool> found = new HashMap<>();
        for (Map.Entry<List<Tag>, Map<String, Gauge>> each : byTags.entrySet()) {
            Map<String, Gauge> gauges = each.getValue();
            for (Meters meters : kinds) {
                Gauge active = gauges.get(meters.active);
                Gauge max = gauges.get(meters.max);
                if (active != null && max != null && found.size() < MOST_POOLS) {
                    String key = meters.active + meters.max + each.getKey();
                    Pool before = pools.get(key);
                    double mean = before == null ? Double.NaN : before.mean;
                    found.put(key, new Pool(title(active.getId()), meters, active, max, gauges, mean));
                }
            }
        }
        return found;
    }

    private boolean isLookedAt(Meter.Id id) {
        return id.getTags().stream().noneMatch(tag -> exceptions.contains(tag.getValue()));
    }

    private static String title(Meter.Id id) {
        for (String key : List.of("pool", "name", "id")) {
            String value = id.getTag(key);
            if (value != null) {
                return value;
            }
        }
        return id.getName();
    }

    /** One pool's gauges and its share over the last seconds. */
    private static final class Pool {
        private final String title;
        private final Meters meters;
        private final Gauge active;
        private final Gauge max;
        private final Map<String, Gauge> gauges;
        private double mean;
        private double taken;
        private double places;
        private double waiting;

        Pool(String title, Meters meters, Gauge active, Gauge max, Map<String, Gauge> gauges, double mean) {
            this.title = title;
            this.meters = meters;
            this.active = active;
            this.max = max;
            this.gauges = gauges;
            this.mean = mean;
        }

        /** NaN if the gauges give nothing that makes sense, or it is too small to be looked at. */
        double read() {
            taken = active.value();
            places = places();
            waiting = Math.max(0, value(meters.waiting));
            if (!(taken >= 0 && taken < Double.POSITIVE_INFINITY && places >= meters.leastPlaces)) {
                mean = Double.NaN;
                return mean;
            }
            double share = taken / places;
            if (share >= 1 && waiting > 0 && waiting < Double.POSITIVE_INFINITY) {
                share += waiting / (waiting + places);
            }
            mean = Double.isNaN(mean) ? share : mean + WEIGHT * (share - mean);
            return mean;
        }

        private double places() {
            double core = value(meters.core);
            double size = value(meters.size);
            if (core >= 0 && value(meters.room) >= 1) {
                return size > core ? size : core;
            }
            return max.value();
        }

        private double value(String gaugeName) {
            Gauge gauge = gauges.get(gaugeName);
            return gauge == null ? Double.NaN : gauge.value();
        }

        @Override
        public String toString() {
            long wait = waiting >= 0 ? Math.round(waiting) : 0;
            return title + ": " + Math.round(taken) + " of " + Math.round(places) + " taken, " + wait + " wait";
        }
    }

    /** The names of the gauges of one kind of pool, empty where there is none. */
    private record Meters(
            String active, String max, String waiting, String core, String size, String room, int leastPlaces) {

        static Meters of(String active, String max, String waiting) {
            return new Meters(active, max, waiting, "", "", "", 1);
        }

        Stream<String> names() {
            return Stream.of(active, max, waiting, core, size, room).filter(each -> !each.isEmpty());
        }
    }
}
