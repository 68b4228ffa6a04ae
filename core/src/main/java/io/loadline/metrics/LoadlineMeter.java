/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import org.jspecify.annotations.Nullable;

/**
 * The one table of meters: name, unit, tags and description. Names are in Micrometer's form; a Prometheus registry writes
 * {@code loadline.load.percent} as {@code loadline_load_percent} and appends the unit where the name does not end in it.
 */
public enum LoadlineMeter {
    /** Absent while it is not valid. */
    LOAD("loadline.load", null, "Demand over capacity; above 1 when work is refused; absent while not valid"),
    /** Absent while it is not valid. */
    LOAD_PERCENT("loadline.load.percent", "percent", "Demand over capacity as a percentage; absent while not valid"),
    /** Absent while the load is, and unless loads are forecast; never below the load. */
    LOAD_FORECAST(
            "loadline.load.forecast",
            null,
            "Load when an instance asked for now would be there; the present load while it is greater or nothing better is known"),
    /** Tag: of. Absent as the forecast is. */
    LOAD_FORECAST_ERROR(
            "loadline.load.forecast.error",
            null,
            "Mean error of the last minute's forecasts (of: trend) and of expecting no change (of: persistence); NaN until known",
            "of"),
    /** Tag: reason. */
    VALIDITY("loadline.validity", null, "1 for the reason why the load is or is not published, else 0", "reason"),
    /** Tag: state. */
    STATE("loadline.state", null, "1 for the state the service is in, else 0", "state"),
    /** Refused work included. */
    DEMAND("loadline.demand", "calls", "Calls that the offered work would keep in flight without congestion"),
    /** Of all kinds of work, also of that which the demand leaves out. */
    WORKLOAD_DEMAND(
            "loadline.workload.demand",
            "calls",
            "Calls that the offered work of a kind would keep in flight without congestion",
            "workload"),
    /** NaN before the first saturation. */
    CAPACITY("loadline.capacity", "calls", "Most of such calls the service sustained; NaN until first saturated"),
    /** Refused calls included. */
    ARRIVAL_RATE("loadline.arrival.rate", null, "Calls offered per second, refused ones included"),
    /** NaN in the first seconds. */
    ARRIVAL_TREND(
            "loadline.arrival.trend",
            null,
            "Change of the calls offered per second, per second; NaN until there is one"),
    /** Moved by the algorithm. */
    LIMIT("loadline.limit", "calls", "Calls the limiter admits at once"),
    /** 0 in shadow mode, when off and during warm-up. */
    ENFORCING("loadline.enforcing", null, "1 if calls beyond the limit are refused, else 0"),
    /** Those outside the limit included. */
    IN_FLIGHT("loadline.inflight", "calls", "Calls that run now"),
    /** Those that were calls and those that never were; see {@link io.loadline.limit.Streams}. */
    STREAMS("loadline.streams", null, "Event streams, WebSockets, long polls and long bodies that are open"),
    /** 0 where nobody asked to wait. */
    WAITING("loadline.waiting", "calls", "Calls that wait to be admitted"),
    /** A timer: those who waited in vain are among the shed. */
    WAITED("loadline.waited", "seconds", "Time that calls waited before they were admitted; not part of their latency"),
    /** Tags: route, result. A counter whose results add up to all calls. */
    REQUESTS(
            "loadline.requests",
            null,
            "Calls by result: succeeded, ignored, dropped, shed (limit or priority), capped (the route's own),"
                    + " expired (deadline), refused (draining)",
            "route",
            "result"),
    /** Tags: route, reason. A counter of its own, since these calls are counted by their result too. */
    SHADOWED(
            "loadline.requests.shadowed",
            null,
            "Calls that ran although enforcing would have refused them for the reason",
            "route",
            "reason"),
    /** A counter of its own, since these calls are counted by their result too. */
    REPEATED("loadline.requests.repeated", null, "Calls that said they were not the first attempt of their callers"),
    /** Tags: criticality, result. A counter, from when criticality is used. */
    CRITICALITY_REQUESTS(
            "loadline.criticality.requests",
            null,
            "Calls by criticality and result: admitted, shed (limit or priority), expired (deadline)",
            "criticality",
            "result"),
    /** Tag: criticality. A counter of its own, since these calls are counted as admitted too. */
    CRITICALITY_SHADOWED(
            "loadline.criticality.shadowed",
            null,
            "Calls that ran although they would have been refused, by criticality",
            "criticality"),
    /** Tags: route, result. A counter, if something is promised; see {@link io.loadline.limit.SloCounts}. */
    SLO_REQUESTS(
            "loadline.slo.requests",
            null,
            "Calls that were served within the time promised (good), and that took longer, failed for want of capacity or were"
                    + " refused (bad)",
            "route",
            "result"),
    /** Tag: window. If something is promised. */
    SLO_BURN_RATE(
            "loadline.slo.burn.rate",
            null,
            "Share of bad calls of this instance over the share that may be bad; NaN until the window is over",
            "window"),
    /** Tag: resource. */
    SATURATION(
            "loadline.saturation",
            null,
            "Utilization of a local resource, 0 to about 1, or load of a queue",
            "resource"),
    /** Tag: resource, beside local ones dependency:NAME, queue:NAME, limit and none; there from when it has been one. */
    BOTTLENECK(
            "loadline.bottleneck",
            null,
            "1 for what would have to be more for the service to do more, else 0",
            "resource"),
    /** Tag: queue. Of all instances they add up to what waits. */
    QUEUE_DEPTH(
            "loadline.queue.depth",
            "messages",
            "Messages that wait in the queue and fall to this instance; NaN if unknown",
            "queue"),
    /** Tag: queue. */
    QUEUE_CLEAR(
            "loadline.queue.clear.seconds",
            "seconds",
            "Time that this instance takes for what waits, if nothing more comes; NaN if unknown",
            "queue"),
    /** Of the last 10 s; concurrent phases are no pauses. */
    GC_SHARE(
            "loadline.gc.share",
            null,
            "Share of the last 10 s in which all threads stood still for the garbage collector, 0 to 1"),
    /** The same. */
    GC_PAUSE("loadline.gc.pause", "seconds", "Mean length of such a pause; 0 without any"),
    /** Of the last 5 s. */
    ALLOCATION_RATE("loadline.allocation.rate", "bytes", "Bytes allocated per second; NaN if unknown"),
    /** Of the cgroup. */
    IO_PRESSURE(
            "loadline.io.pressure",
            null,
            "Share of the last 10 s in which some task waited for disks, 0 to 1; NaN if unknown"),
    /** By the drain's own clock. */
    DRAIN_REMAINING("loadline.drain.remaining", "seconds", "Time left until the drain's deadline; 0 without a drain"),
    /** Tag: phase. */
    DRAIN_PHASE("loadline.drain.phase", null, "1 for the phase the drain is in, else 0", "phase"),
    /** Tag: outcome. */
    STARTUP_STAGES("loadline.startup.stages", "stages", "Startup stages by outcome", "outcome"),
    /** NaN before. */
    STARTUP_READY(
            "loadline.startup.ready", "seconds", "Time from the beginning of the start until ready; NaN before that"),
    /** NaN before the first stage. */
    STARTUP_PEAK(
            "loadline.startup.peak",
            "bytes",
            "Most memory that the process was seen to take during the start; NaN before the first stage"),
    /** A counter. */
    STARTUP_AHEAD(
            "loadline.startup.ahead", null, "Stages that went ahead without memory, having waited for it too long"),
    /** Tag: stage. */
    STARTUP_STAGE_DURATION("loadline.startup.stage.duration", "seconds", "Time a startup stage ran", "stage"),
    /** Tag: stage. */
    STARTUP_STAGE_WAIT(
            "loadline.startup.stage.wait",
            "seconds",
            "Time a startup stage waited for memory or other instances",
            "stage"),
    /** Tag: stage. */
    STARTUP_STAGE_MEMORY(
            "loadline.startup.stage.memory",
            "bytes",
            "By how much memory grew at most during a startup stage",
            "stage"),
    /** Counted down as they return, whether in time or not. */
    DRAIN_PARTICIPANTS(
            "loadline.drain.participants", null, "Participants of the drain that have not come to their end"),
    /** Those whose adapters tell of them. */
    LONG_LIVED("loadline.longlived", null, "Event streams, WebSockets and long polls that are open"),
    /** Tag: dependency. NaN until it is known. */
    DEPENDENCY_UP(
            "loadline.dependency.up", null, "1 if the dependency is there, 0 if not; NaN until known", "dependency"),
    /** Tags: dependency, result. A counter whose results add up to all calls that were asked for. */
    DEPENDENCY_CALLS(
            "loadline.dependency.calls",
            null,
            "Calls to the dependency by result: succeeded, failed, timed_out, cancelled, or refused for breaker_open, bulkhead_full, deadline",
            "dependency",
            "result"),
    /** Tag: dependency. A counter of its own, since these calls are counted by their result too. */
    DEPENDENCY_SLOW(
            "loadline.dependency.slow", null, "Calls to the dependency that took longer than a call may", "dependency"),
    /** Tag: dependency. A timer. */
    DEPENDENCY_TIME("loadline.dependency.time", "seconds", "Time that calls to the dependency took", "dependency"),
    /** Tag: dependency. Of the last 10 to 20 s. */
    DEPENDENCY_P99(
            "loadline.dependency.p99",
            "seconds",
            "What 99 of 100 successful calls of the last seconds took at most; NaN without any",
            "dependency"),
    /** Tag: dependency. */
    DEPENDENCY_IN_FLIGHT("loadline.dependency.inflight", "calls", "Calls to the dependency that run now", "dependency"),
    /** Tag: dependency. */
    DEPENDENCY_LIMIT(
            "loadline.dependency.limit", "calls", "Calls to the dependency that may run at once", "dependency"),
    /** Tag: dependency. */
    DEPENDENCY_LOST(
            "loadline.dependency.lost",
            "calls",
            "Calls that hang since before the dependency recovered and were written off",
            "dependency"),
    /** Tag: dependency. */
    DEPENDENCY_SHARE(
            "loadline.dependency.share",
            null,
            "Share of the requests' time that is spent in calls to the dependency, 0 to 1",
            "dependency"),
    /** Tags: dependency, state. */
    DEPENDENCY_STATE(
            "loadline.dependency.state",
            null,
            "1 for the state of the dependency's circuit breaker, else 0",
            "dependency",
            "state"),
    /** Holds by dependencies and others included. */
    READINESS("loadline.readiness", null, "1 if the service accepts traffic, else 0"),
    /** Tag: state. */
    MEMORY_STATE("loadline.memory.state", null, "1 for the state the memory is in, else 0", "state"),
    /** See {@link io.loadline.memory.MemoryReading#footprintBytes()}. */
    MEMORY_FOOTPRINT(
            "loadline.memory.footprint",
            "bytes",
            "Memory in use: the working set of the cgroup, or of the process alone where it shares an unlimited one"),
    /** NaN if there is none. */
    MEMORY_LIMIT("loadline.memory.limit", "bytes", "Least memory limit of cgroup and ancestors; NaN if there is none"),
    /** A counter. */
    MEMORY_LIMIT_CHANGES("loadline.memory.limit.changes", null, "Changes of the memory limit while the service ran"),
    /** Tag: of, one of cgroup, heap, node. */
    MEMORY_HEADROOM("loadline.memory.headroom", "bytes", "Memory that may still be taken; NaN if unknown", "of"),
    /** NaN before the first collection. */
    MEMORY_LIVE("loadline.memory.live", "bytes", "Heap in use after the last collection; NaN before the first"),
    /** Tag: of, one of footprint, heap. */
    MEMORY_GROWTH("loadline.memory.growth.per.hour", "bytes", "Slope of memory over the last window, per hour", "of"),
    /** Of the node or the cgroup, whichever is greater. */
    MEMORY_PRESSURE(
            "loadline.memory.pressure",
            null,
            "Share of the last 10 s in which some task waited for memory, 0 to 1; NaN if unknown"),
    /** Tag: size, one of request, limit, heap. */
    MEMORY_ADVICE("loadline.memory.advice", "bytes", "Advised size; NaN while there is no advice", "size"),
    /** Tag: question, of {@link io.loadline.advice.Checklist.Question}. */
    MEMORY_CHECK("loadline.memory.check", null, "1 if the answer is yes, 0 if it is no, NaN if not yet", "question"),
    /** Tags: quota, result. A counter whose results add up to all decisions. */
    QUOTA_REQUESTS(
            "loadline.quota.requests",
            null,
            "Requests by result: allowed, shadowed (allowed beyond the quota), refused, crowded (refused newcomers)",
            "quota",
            "result"),
    /** Tags: quota, route, result. A counter; there for routes and groups that have a limit of their own. */
    QUOTA_ROUTE_REQUESTS(
            "loadline.quota.route.requests",
            null,
            "Requests that a route's own limit did not admit: refused, or shadowed; counted by the quota's result, too",
            "quota",
            "route",
            "result"),
    /** Tag: quota. */
    QUOTA_CLIENTS("loadline.quota.clients", null, "Clients that have a quota of their own now", "quota"),
    /** Tag: quota. */
    QUOTA_NEWCOMERS("loadline.quota.newcomers", null, "Clients for which there is no place now", "quota"),
    /** Tag: quota. A counter. */
    QUOTA_EVICTED("loadline.quota.evicted", null, "Clients that lost their place to busier ones", "quota"),
    /** Tag: quota. A counter; these requests are counted by their result, too. */
    QUOTA_KEYS_MISSING(
            "loadline.quota.keys.missing",
            null,
            "Requests that told no client, or whose key could not be found out",
            "quota"),
    /** A counter. */
    FATAL_ERRORS("loadline.errors.fatal", null, "Errors seen that the JVM does not recover from"),
    /** 0 when nothing is off because of the load. */
    DEGRADATION_LEVEL("loadline.degradation.level", null, "Levels of optional features that are off for the load"),
    /** Tag: feature. */
    DEGRADATION_FEATURE("loadline.degradation.feature", null, "1 if the optional feature is on, else 0", "feature"),
    /** Tag: feature. */
    DEGRADATION_FORCED(
            "loadline.degradation.forced",
            null,
            "1 if somebody has decided whether the feature is on, else 0",
            "feature"),
    /** Tag: feature. A counter. */
    DEGRADATION_WITHHELD(
            "loadline.degradation.withheld", null, "Times the feature was asked for while it was off", "feature"),
    /** From when the gate is used. */
    INTAKE_OPEN("loadline.intake.open", null, "1 if messages may be fetched, else 0"),
    /** A counter, from when the gate is used. */
    INTAKE_PAUSES("loadline.intake.pauses", null, "Times the fetching of messages was paused"),
    /** Grows with each change that is applied: a step to mark in a dashboard. */
    SETTINGS_VERSION("loadline.settings.version", null, "Version of the settings that hold; 1 at the start"),
    /** Tag: result. A counter. */
    SETTINGS_CHANGES(
            "loadline.settings.changes",
            null,
            "Changes of settings by result: applied, rejected (not allowed), failed (taken back)",
            "result"),
    /** Tags: application, version. */
    INFO("loadline.info", null, "1; tells the application's name and the library's version", "application", "version");

    private final String meterName;
    private final @Nullable String unit;
    private final String description;
    private final String[] tagKeys;

    LoadlineMeter(String meterName, @Nullable String unit, String description, String... tagKeys) {
        this.meterName = meterName;
        this.unit = unit;
        this.description = description;
        this.tagKeys = tagKeys;
    }

    /** The name in Micrometer's form. */
    public String meterName() {
        return meterName;
    }

    /** The base unit; null for ratios and counts. */
    public @Nullable String unit() {
        return unit;
    }

    /** What the meter says, in one line. */
    public String description() {
        return description;
    }

    /** The keys of its tags, beside those the application adds to all meters. */
    public String[] tagKeys() {
        return tagKeys.clone();
    }
}
