/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Publishes what a quota decides, under its name. Thread-safe. Hold on to it: registries reference it weakly. A Loadline does
 * it for the quotas it is told of.
 */
public final class QuotaMetrics implements MeterBinder {
    private static final Map<String, ToLongFunction<QuotaStats>> RESULTS = Map.of(
            "allowed", QuotaStats::allowed,
            "shadowed", QuotaStats::shadowed,
            "refused", QuotaStats::refused,
            "crowded", QuotaStats::crowded);

    private static final Map<String, ToLongFunction<QuotaStats.OfRoute>> RESULTS_OF_ROUTES = Map.of(
            "refused", QuotaStats.OfRoute::refused,
            "shadowed", QuotaStats.OfRoute::shadowed);

    private final Quota quota;

    /** Meters about {@code quota}. */
    public QuotaMetrics(Quota quota) {
        this.quota = quota;
    }

    /** Registers all meters in {@code registry}; those of routes that get a limit later only a Loadline adds. */
    @Override
    public void bindTo(MeterRegistry registry) {
        register(registry);
        registerRoutes(registry, new HashSet<>());
    }

    /** Registers all but those of routes in {@code registry} and returns them. */
    @CanIgnoreReturnValue
    List<Meter> register(MeterRegistry registry) {
        Tags tags = Tags.of("quota", quota.name());
        List<Meter> meters = new ArrayList<>();
        RESULTS.forEach((result, count) ->
                meters.add(counter(registry, LoadlineMeter.QUOTA_REQUESTS, count, tags.and("result", result))));
        meters.add(gauge(registry, LoadlineMeter.QUOTA_CLIENTS, QuotaStats::clients, tags));
        meters.add(gauge(registry, LoadlineMeter.QUOTA_NEWCOMERS, QuotaStats::newcomers, tags));
        meters.add(counter(registry, LoadlineMeter.QUOTA_EVICTED, QuotaStats::evicted, tags));
        meters.add(counter(registry, LoadlineMeter.QUOTA_KEYS_MISSING, QuotaStats::missingKeys, tags));
        return meters;
    }

    /** Registers the meters of routes that have limits and are not {@code known} yet, and returns them. */
    @CanIgnoreReturnValue
    List<Meter> registerRoutes(MeterRegistry registry, Set<String> known) {
        List<Meter> meters = new ArrayList<>();
        for (String route : quota.settings().routes().keySet()) {
            if (known.add(route)) {
                Tags tags = Tags.of("quota", quota.name(), "route", route);
                RESULTS_OF_ROUTES.forEach((result, count) -> meters.add(counter(
                        registry,
                        LoadlineMeter.QUOTA_ROUTE_REQUESTS,
                        stats -> count.applyAsLong(stats.routes().getOrDefault(route, QuotaStats.OfRoute.NONE)),
                        tags.and("result", result))));
            }
        }
        return meters;
    }

    private Meter counter(MeterRegistry registry, LoadlineMeter meter, ToLongFunction<QuotaStats> count, Tags tags) {
        return FunctionCounter.builder(meter.meterName(), this, self -> count.applyAsLong(self.quota.stats()))
                .description(meter.description())
                .tags(tags)
                .register(registry);
    }

    private Meter gauge(MeterRegistry registry, LoadlineMeter meter, ToLongFunction<QuotaStats> value, Tags tags) {
        return Gauge.builder(meter.meterName(), this, self -> value.applyAsLong(self.quota.stats()))
                .description(meter.description())
                .tags(tags)
                .register(registry);
    }
}
