/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimitBounds;
import io.loadline.limit.LimiterSettings;
import io.loadline.limit.RouteLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The knobs under {@code loadline.limit}: enforcement, bounds (or {@code initial} where they are equal at the start, as of a
 * fixed limit), who may wait, streams, and what routes are guaranteed and may take. Thread-safe.
 */
public final class LimiterKnobs implements SettingsPart {
    private static final String PREFIX = "loadline.limit.";
    private static final int MAX = ConcurrencyLimiter.MAX_LIMIT;
    private static final double BELOW_ONE = Math.nextDown(1.0);
    private static final double ABOVE_ZERO = Double.MIN_VALUE;

    private final ConcurrencyLimiter limiter;
    private final Knob<Enforcement> enforcement;
    private final Knob<Integer> min;
    private final Knob<Integer> max;
    private final Knob<Integer> fixed;
    private final Knob<Integer> maxWaiters;
    private final Knob<Integer> maxStreams;
    private final Knob<Double> share;
    private final Knob<Integer> cap;
    private final Knob<Double> capShare;
    private final List<Knob<?>> knobs = new ArrayList<>();

    /** Those of {@code limiter}, whose present settings are the start. */
    public LimiterKnobs(ConcurrencyLimiter limiter) {
        this.limiter = limiter;
        LimiterSettings start = limiter.settings();
        LimitBounds bounds = start.bounds();
        this.enforcement =
                Knob.choice(PREFIX + "enforcement", Enforcement.class).startWith(start.enforcement());
        this.min = Knob.integer(PREFIX + "min", 1, MAX).startWith(bounds == null ? null : bounds.min());
        this.max = Knob.integer(PREFIX + "max", 1, MAX).startWith(bounds == null ? null : bounds.max());
        this.fixed = Knob.integer(PREFIX + "initial", 1, MAX).startWith(bounds == null ? null : bounds.min());
        this.maxWaiters = Knob.integer(PREFIX + "waiting.max-waiters", 0, MAX).startWith(start.maxWaiters());
        this.maxStreams = Knob.integer(PREFIX + "max-streams", 0, Integer.MAX_VALUE)
                .startWith(start.maxStreams() == Integer.MAX_VALUE ? null : start.maxStreams());
        this.share = Knob.ratio(PREFIX + "routes.*.share", 0, BELOW_ONE, "a number from 0 to below 1")
                .starts(() ->
                        start.routes().isEmpty() ? Map.of() : routes(start, RouteLimits::share, value -> value > 0));
        this.cap = Knob.integer(PREFIX + "routes.*.cap", 1, MAX)
                .starts(() ->
                        start.routes().isEmpty() ? Map.of() : routes(start, RouteLimits::cap, value -> value < MAX));
        this.capShare = Knob.ratio(PREFIX + "routes.*.cap-share", ABOVE_ZERO, 1, "a number above 0 and at most 1")
                .starts(() ->
                        start.routes().isEmpty() ? Map.of() : routes(start, RouteLimits::capShare, value -> value < 1));
        knobs.addAll(List.of(enforcement, maxWaiters, maxStreams, share, cap, capShare));
        if (bounds != null) {
            knobs.addAll(bounds.min() == bounds.max() ? List.of(fixed) : List.of(min, max));
        }
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.copyOf(knobs);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        LimitBounds unusedBounds = bounds(wanted);
        Map<String, RouteLimits> routes = routes(wanted);
        double shares = routes.values().stream().mapToDouble(RouteLimits::share).sum();
        try {
            LimiterSettings unused = limiter.settings().routes(routes);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(share.key(), String.valueOf(shares), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        LimiterSettings settings = limiter.settings();
        if (changed(enforcement, before, after)) {
            settings = settings.enforcement(Objects.requireNonNull(after.value(enforcement)));
        }
        LimitBounds bounds = bounds(after);
        if (!Objects.equals(bounds, bounds(before))) {
            settings = settings.bounds(bounds);
        }
        if (changed(maxWaiters, before, after)) {
            settings = settings.maxWaiters(after.value(maxWaiters));
        }
        if (changed(maxStreams, before, after)) {
            settings = settings.maxStreams(Objects.requireNonNullElse(after.value(maxStreams), Integer.MAX_VALUE));
        }
        Map<String, RouteLimits> routes = changedRoutes(before, after);
        Set<String> limited = settings.routes().keySet();
        // What has no limits and never had is no group, nor can it be made one if it is a part of another.
        routes.entrySet()
                .removeIf(each -> each.getValue().equals(RouteLimits.NONE) && !limited.contains(each.getKey()));
        limiter.settings(settings.routes(routes));
    }

    private static boolean changed(Knob<?> knob, LoadlineSettings before, LoadlineSettings after) {
        return after.differ(before, List.of(knob));
    }

    private @Nullable LimitBounds bounds(LoadlineSettings settings) {
        if (knobs.contains(fixed)) {
            int limit = Objects.requireNonNull(settings.value(fixed));
            return new LimitBounds(limit, limit);
        }
        if (!knobs.contains(min)) {
            return null;
        }
        int lowest = Objects.requireNonNull(settings.value(min));
        int highest = Objects.requireNonNull(settings.value(max));
        if (lowest > highest) {
            throw new InvalidSettingsException(
                    min.key() + " and " + max.key(), lowest + " and " + highest, "min must not be above max");
        }
        return new LimitBounds(lowest, highest);
    }

    /** What is no longer named has no limits any more. */
    private Map<String, RouteLimits> changedRoutes(LoadlineSettings before, LoadlineSettings after) {
        Map<String, RouteLimits> were = routes(before);
        Map<String, RouteLimits> are = routes(after);
        Map<String, RouteLimits> changed = new LinkedHashMap<>();
        Set<String> names = new TreeSet<>(were.keySet());
        names.addAll(are.keySet());
        for (String name : names) {
            RouteLimits limits = are.getOrDefault(name, RouteLimits.NONE);
            if (!limits.equals(were.getOrDefault(name, RouteLimits.NONE))) {
                changed.put(name, limits);
            }
        }
        return changed;
    }

    private Map<String, RouteLimits> routes(LoadlineSettings settings) {
        Map<String, Double> shares = settings.values(share);
        Map<String, Integer> caps = settings.values(cap);
        Map<String, Double> capShares = settings.values(capShare);
        Set<String> names = new TreeSet<>(shares.keySet());
        names.addAll(caps.keySet());
        names.addAll(capShares.keySet());
        Map<String, RouteLimits> routes = new TreeMap<>();
        for (String name : names) {
            double guaranteed = shares.getOrDefault(name, RouteLimits.NONE.share());
            double most = capShares.getOrDefault(name, RouteLimits.NONE.capShare());
            if (guaranteed > most) {
                throw new InvalidSettingsException(
                        share.key(name) + " and " + capShare.key(name),
                        guaranteed + " and " + most,
                        "share must not be above cap-share");
            }
            routes.put(name, new RouteLimits(guaranteed, caps.getOrDefault(name, RouteLimits.NONE.cap()), most));
        }
        return routes;
    }

    private static <T> Map<String, T> routes(
            LimiterSettings start, Function<RouteLimits, T> value, Predicate<T> isSet) {
        Map<String, T> values = new TreeMap<>();
        start.routes().forEach((name, limits) -> {
            T each = value.apply(limits);
            if (isSet.test(each)) {
                values.put(name, each);
            }
        });
        return values;
    }
}
