/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.availability.StateChange;
import io.loadline.limit.Criticality;
import io.loadline.limit.CriticalityStats;
import io.loadline.limit.LimiterStats;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that is published about a service, as of one tick. Immutable; whatever goes outward reads one of these and
 * computes nothing.
 *
 * @param at when, by the wall clock
 * @param lastChange the last change of the service's state
 * @param validity whether {@code load} can be trusted
 * @param load demand over capacity, at least 0, above 1 when work had to be refused, or the greatest load of a queue if that
 *     is greater; NaN unless {@code validity} is {@link Validity#VALID}
 * @param forecast what it will be; see {@link #forecastLoad}
 * @param requestLoad the load without queues, for what decides whether to fetch more from them; NaN while it is not valid
 * @param demand the calls that the offered work, refused work included, would keep in flight without congestion, without
 *     that which is to take what the rest leaves
 * @param capacity the most of such calls the service was seen to sustain; NaN until it was saturated once
 * @param arrivalRate calls offered per second, refused ones included
 * @param arrivalTrend by how much that rate changes per second, over the last 20 s or so; NaN until there have been some
 * @param limit the limit in calls
 * @param limitReason why the limit is what it is
 * @param enforcing whether the limit is applied
 * @param inFlight calls that run now
 * @param streams event streams, WebSockets, long polls and long bodies that are open
 * @param stats counts of all routes since the start
 * @param routes the routes, in the order they were made
 * @param workloads the same by the kind of work they are; absent are kinds of which there is none
 * @param saturations the utilization of local resources by name, 0 to about 1; unknown ones are absent
 * @param saturationDetails what is to be said of resources, by name: which of several, or why they are unknown
 * @param bottleneck what would have to be more for the service to do more: a resource without its aspect, {@code
 *     "dependency:NAME"}, {@code "queue:NAME"}, {@code "limit"} or {@code "none"}
 * @param bottleneckSince since when it is
 * @param queues the queues that the service takes its work from, in the order they were given
 * @param process what the process did in the last seconds
 * @param criticalities counts of each criticality; empty until criticality is used
 * @param shadow what enforcing would have refused lately; {@link ShadowReport#NONE} unless in shadow mode
 * @param slo how well the service keeps what it promises; {@link SloReport#NONE} if it promises nothing
 */
public record SignalSnapshot(
        Instant at,
        StateChange lastChange,
        Validity validity,
        double load,
        Forecast forecast,
        double requestLoad,
        double demand,
        double capacity,
        double arrivalRate,
        double arrivalTrend,
        int limit,
        String limitReason,
        boolean enforcing,
        int inFlight,
        int streams,
        LimiterStats stats,
        List<RouteSnapshot> routes,
        Map<Workload, WorkloadSnapshot> workloads,
        Map<String, Double> saturations,
        Map<String, String> saturationDetails,
        String bottleneck,
        Instant bottleneckSince,
        List<QueueSnapshot> queues,
        ProcessFigures process,
        Map<Criticality, CriticalityStats> criticalities,
        ShadowReport shadow,
        SloReport slo) {

    /** Copies the collections. */
    public SignalSnapshot {
        routes = List.copyOf(routes);
        workloads = Map.copyOf(workloads);
        queues = List.copyOf(queues);
        saturations = Map.copyOf(saturations);
        saturationDetails = Map.copyOf(saturationDetails);
        criticalities = Map.copyOf(criticalities);
    }

    /** {@code load} as a percentage; NaN if it must not be published. */
    public double loadPercent() {
        return load * 100;
    }

    /**
     * The load for somebody who scales by what will be: the greater of {@code load} and its forecast, so it never asks for
     * less, and the load itself while the forecast is silent. NaN while {@code load} is.
     */
    public double forecastLoad() {
        return forecast.speaks() ? Math.max(load, forecast.load()) : load;
    }

    /** Why the load is what it is, in one or two sentences for people. */
    public String explanation() {
        return Explanation.of(this);
    }
}
