/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.availability.DependencyStatus;
import io.loadline.drain.DrainProgress;
import io.loadline.guard.DegradationStatus;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.IntakeState;
import io.loadline.guard.Quota;
import io.loadline.internal.JsonWriter;
import io.loadline.limit.Criticality;
import io.loadline.limit.CriticalityStats;
import io.loadline.signal.Forecast;
import io.loadline.signal.ProcessFigures;
import io.loadline.signal.ShadowReport;
import io.loadline.signal.SignalSnapshot;
import io.loadline.signal.SloReport;
import io.loadline.signal.Validity;
import io.loadline.signal.Workload;
import io.loadline.signal.WorkloadSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /loadline} tells. Immutable.
 *
 * @param name the application's name
 * @param state the state of the service
 * @param since when it came into that state, ISO 8601
 * @param reason why it did
 * @param load demand over capacity; null unless {@code validity} is VALID
 * @param loadPercent the same as a percentage
 * @param forecast what the load will be; null unless loads are forecast
 * @param validity whether the load can be trusted
 * @param validityReason why or why not
 * @param demand calls that the offered work would keep in flight without congestion
 * @param capacity the most of such calls the service sustained; null until it was saturated once
 * @param arrivalRate calls offered per second
 * @param arrivalTrend by how much that changes per second; null until there is a trend
 * @param limit calls admitted at once
 * @param limitReason why the limit is what it is
 * @param enforcing whether calls beyond the limit are refused
 * @param inFlight calls that run
 * @param streams event streams, WebSockets, long polls and long bodies that are open
 * @param admitted calls that were admitted and have ended, since the start
 * @param shed calls refused because of the limit, since the start
 * @param capped calls refused because their route had reached its own cap, since the start
 * @param expired calls refused because their deadline had passed, since the start
 * @param refused calls refused because the service was leaving, since the start
 * @param repeated calls that were not the first attempt of their callers, since the start
 * @param shadowed calls that ran beyond the limit, since the start
 * @param shadow what enforcing would have refused lately; all zero unless in shadow mode
 * @param slo how well the service keeps what it promises; null if it promises nothing
 * @param criticality counts by criticality, in lower case; empty until it is used
 * @param workloads routes by the kind of work they are, in lower case
 * @param bottleneck what would have to be more for the service to do more, or {@code "none"}
 * @param bottleneckSince since when it is, ISO 8601
 * @param saturations utilization of local resources by name
 * @param saturationDetails what is to be said of resources, by name: which of several, or why they are unknown
 * @param queues queues that the service takes its work from
 * @param process what the process did in the last seconds
 * @param explanation all of it in words
 * @param readinessHeld why readiness is held down although the state would allow it
 * @param drain where the drain is
 * @param dependencies what is known of each dependency
 * @param guards what stands between the service and each guarded dependency
 * @param quotas what clients may ask for, and what was refused
 * @param degradation which optional features are on
 * @param intake whether messages are fetched; null if nobody asks
 */
public record LoadlineStatus(
        String name,
        String state,
        String since,
        String reason,
        @Nullable Double load,
        @Nullable Double loadPercent,
        @Nullable LoadForecast forecast,
        String validity,
        String validityReason,
        double demand,
        @Nullable Double capacity,
        double arrivalRate,
        @Nullable Double arrivalTrend,
        int limit,
        String limitReason,
        boolean enforcing,
        int inFlight,
        int streams,
        long admitted,
        long shed,
        long capped,
        long expired,
        long refused,
        long repeated,
        long shadowed,
        Shadow shadow,
        @Nullable Slo slo,
        Map<String, CriticalityStats> criticality,
        Map<String, Work> workloads,
        String bottleneck,
        String bottleneckSince,
        Map<String, Double> saturations,
        Map<String, String> saturationDetails,
        List<QueueStatus> queues,
        Process process,
        String explanation,
        List<String> readinessHeld,
        Drain drain,
        List<DependencyStatus> dependencies,
        List<GuardStatus> guards,
        List<QuotaStatus> quotas,
        Degradation degradation,
        @Nullable Intake intake) {

    /** Those that are not closed come first; more would be hard to read, and all of them are in {@code guards}. */
    private static final int MOST_GUARDS_TOLD = 10;

    /** Copies the collections. */
    public LoadlineStatus {
        criticality = Collections.unmodifiableMap(new LinkedHashMap<>(criticality));
        workloads = Collections.unmodifiableMap(new LinkedHashMap<>(workloads));
        queues = List.copyOf(queues);
        readinessHeld = List.copyOf(readinessHeld);
        dependencies = List.copyOf(dependencies);
        guards = List.copyOf(guards);
        quotas = List.copyOf(quotas);
    }

    /**
     * All routes of one kind of work. Immutable.
     *
     * @param routes how many there are
     * @param demand calls that their offered work would keep in flight without congestion
     * @param load that over the capacity, of the last second alone; null until the capacity is known
     * @param scaling whether it is a part of the load
     * @param admitted calls that were admitted and have ended, since the start
     * @param shed calls refused because of the limit, since the start
     */
    public record Work(int routes, double demand, @Nullable Double load, boolean scaling, long admitted, long shed) {

        static Work of(Workload workload, WorkloadSnapshot snapshot) {
            return new Work(
                    snapshot.routes(),
                    snapshot.demand(),
                    unlessNan(snapshot.load()),
                    workload.isScaling(),
                    snapshot.stats().completed(),
                    snapshot.stats().shed());
        }
    }

    /**
     * What the process did in the last seconds. Immutable; null where it is not known.
     *
     * @param gcShare share of the time in which all threads stood still for the garbage collector, 0 to 1
     * @param gcPauseSeconds mean length of such a pause
     * @param allocationRate bytes allocated per second
     * @param ioPressure share of the time in which some task waited for disks, 0 to 1
     */
    public record Process(
            @Nullable Double gcShare,
            @Nullable Double gcPauseSeconds,
            @Nullable Double allocationRate,
            @Nullable Double ioPressure) {

        static Process of(ProcessFigures figures) {
            return new Process(
                    unlessNan(figures.gcShare()),
                    unlessNan(figures.gcPauseSeconds()),
                    unlessNan(figures.allocationRate()),
                    unlessNan(figures.ioPressure()));
        }
    }

    /**
     * What the load will be. Immutable; null where it is not known.
     *
     * @param horizonSeconds how far ahead
     * @param load the greater of the load and what is expected; the load while nothing is
     * @param speaks whether anything is expected
     * @param error by how much the last minute's forecasts were wrong on average
     * @param persistenceError the same of one who expects no change
     */
    public record LoadForecast(
            double horizonSeconds,
            @Nullable Double load,
            boolean speaks,
            @Nullable Double error,
            @Nullable Double persistenceError) {

        static @Nullable LoadForecast of(SignalSnapshot snapshot) {
            Forecast forecast = snapshot.forecast();
            return forecast.isOn()
                    ? new LoadForecast(
                            forecast.horizon().toMillis() / 1e3,
                            unlessNan(snapshot.forecastLoad()),
                            forecast.speaks(),
                            unlessNan(forecast.error()),
                            unlessNan(forecast.persistenceError()))
                    : null;
        }
    }

    /**
     * What the service promises, and how well it keeps that. Immutable.
     *
     * @param latencySeconds within what time a call is good
     * @param objective the share of calls that is promised to be good, 0 to 1
     * @param good calls that were
     * @param bad calls that were not
     * @param burnRates the share of bad calls over the share that may be, by window such as {@code 5m}; null until known
     */
    public record Slo(
            double latencySeconds, double objective, long good, long bad, Map<String, @Nullable Double> burnRates) {

        static @Nullable Slo of(SloReport report) {
            if (!report.isPromised()) {
                return null;
            }
            Map<String, @Nullable Double> rates = new LinkedHashMap<>();
            for (SloReport.Window window : SloReport.Window.values()) {
                rates.put(window.tag(), unlessNan(report.burnRate(window)));
            }
            return new Slo(
                    report.latency().toNanos() / 1e9,
                    report.objective(),
                    report.counts().good(),
                    report.counts().bad(),
                    Collections.unmodifiableMap(rates));
        }
    }

    /**
     * A drain at one moment. Immutable.
     *
     * @param phase the phase it is in
     * @param participants participants that have not come to their end
     * @param longLived long-lived exchanges that are open
     * @param refused calls refused since it began
     * @param remainingSeconds the time until its deadline
     */
    public record Drain(String phase, int participants, int longLived, long refused, double remainingSeconds) {}

    /**
     * What enforcing would have refused of the calls that ran in shadow mode lately. Immutable.
     *
     * @param seconds the time it is about
     * @param calls calls that ended in that time
     * @param refused those of them that would have been refused
     * @param share the same as a part of the calls, 0 to 1
     * @param routes the same by route and reason, most first
     */
    public record Shadow(double seconds, long calls, long refused, double share, List<ShadowReport.Refusals> routes) {

        static Shadow of(ShadowReport report) {
            return new Shadow(
                    report.over().toMillis() / 1e3,
                    report.calls(),
                    report.refused(),
                    report.share(),
                    report.refusals());
        }
    }

    /**
     * Optional features at one moment. Immutable.
     *
     * @param level how many levels are off because of the load
     * @param levels how many there are
     * @param features each feature
     */
    public record Degradation(int level, int levels, List<Feature> features) {

        static Degradation of(DegradationStatus status) {
            return new Degradation(
                    status.level(),
                    status.levels(),
                    status.features().stream().map(Feature::of).toList());
        }
    }

    /**
     * One optional feature. Immutable.
     *
     * @param name its name
     * @param level the level from which on it is off; 0 if it goes off by hand only
     * @param allowed whether it is on
     * @param since since when it is, ISO 8601
     * @param reason why
     * @param withheld how often it was asked for while it was off
     * @param forced whether somebody has decided so
     * @param until when that decision ends, ISO 8601; null if there is none or it does not
     */
    public record Feature(
            String name,
            int level,
            boolean allowed,
            String since,
            String reason,
            long withheld,
            boolean forced,
            @Nullable String until) {

        static Feature of(DegradationStatus.Feature feature) {
            Instant until = feature.until();
            return new Feature(
                    feature.name(),
                    feature.level(),
                    feature.allowed(),
                    feature.since().toString(),
                    feature.reason(),
                    feature.withheld(),
                    feature.override() != null,
                    until == null ? null : until.toString());
        }
    }

    /**
     * The intake of messages at one moment. Immutable.
     *
     * @param open whether messages are fetched
     * @param reason why not; {@code none} if they are
     * @param since since when, ISO 8601
     */
    public record Intake(boolean open, String reason, String since) {

        static @Nullable Intake of(@Nullable IntakeState state) {
            return state == null
                    ? null
                    : new Intake(
                            state.open(), state.reason().tag(), state.since().toString());
        }
    }

    /** The status of the application named {@code name} as of {@code snapshot}. */
    public static LoadlineStatus of(
            String name,
            SignalSnapshot snapshot,
            List<String> readinessHeld,
            DrainProgress drain,
            List<DependencyStatus> dependencies,
            List<DependencyGuard> guards,
            List<Quota> quotas,
            DegradationStatus degradation,
            @Nullable IntakeState intake) {
        List<GuardStatus> ofGuards = guards.stream().map(GuardStatus::of).toList();
        List<QuotaStatus> ofQuotas = quotas.stream().map(QuotaStatus::of).toList();
        boolean valid = snapshot.validity() == Validity.VALID;
        return new LoadlineStatus(
                name,
                snapshot.lastChange().to().name(),
                snapshot.lastChange().at().toString(),
                snapshot.lastChange().reason(),
                valid ? (Double) snapshot.load() : null,
                valid ? (Double) snapshot.loadPercent() : null,
                LoadForecast.of(snapshot),
                snapshot.validity().name(),
                snapshot.validity().reason(),
                snapshot.demand(),
                unlessNan(snapshot.capacity()),
                snapshot.arrivalRate(),
                unlessNan(snapshot.arrivalTrend()),
                snapshot.limit(),
                snapshot.limitReason(),
                snapshot.enforcing(),
                snapshot.inFlight(),
                snapshot.streams(),
                snapshot.stats().completed(),
                snapshot.stats().shed(),
                snapshot.stats().capped(),
                snapshot.stats().expired(),
                snapshot.stats().refused(),
                snapshot.stats().repeated(),
                snapshot.stats().shadowed(),
                Shadow.of(snapshot.shadow()),
                Slo.of(snapshot.slo()),
                criticality(snapshot),
                workloads(snapshot),
                snapshot.bottleneck(),
                snapshot.bottleneckSince().toString(),
                new TreeMap<>(snapshot.saturations()),
                new TreeMap<>(snapshot.saturationDetails()),
                snapshot.queues().stream().map(QueueStatus::of).toList(),
                Process.of(snapshot.process()),
                explanation(snapshot, readinessHeld, ofGuards, ofQuotas, degradation, intake),
                readinessHeld,
                new Drain(
                        drain.phase().name(),
                        drain.participants(),
                        drain.longLived(),
                        drain.refused(),
                        drain.remaining().toMillis() / 1e3),
                dependencies,
                ofGuards,
                ofQuotas,
                Degradation.of(degradation),
                Intake.of(intake));
    }

    private static String explanation(
            SignalSnapshot snapshot,
            List<String> readinessHeld,
            List<GuardStatus> guards,
            List<QuotaStatus> quotas,
            DegradationStatus degradation,
            @Nullable IntakeState intake) {
        List<String> sentences = new ArrayList<>();
        sentences.add(snapshot.explanation());
        if (!readinessHeld.isEmpty()) {
            sentences.add("Readiness is held: " + String.join(", ", readinessHeld) + ".");
        }
        guards.stream()
                .sorted(Comparator.comparing(GuardStatus::isClosed))
                .limit(MOST_GUARDS_TOLD)
                .map(GuardStatus::explanation)
                .forEach(sentences::add);
        if (guards.size() > MOST_GUARDS_TOLD) {
            sentences.add("%d more dependencies are guarded.".formatted(guards.size() - MOST_GUARDS_TOLD));
        }
        quotas.stream()
                .map(QuotaStatus::explanation)
                .filter(each -> !each.isEmpty())
                .forEach(sentences::add);
        if (!degradation.explanation().isEmpty()) {
            sentences.add(degradation.explanation());
        }
        if (intake != null && !intake.open()) {
            sentences.add("No messages are fetched since %s: %s."
                    .formatted(intake.since(), intake.reason().tag()));
        }
        return String.join(" ", sentences);
    }

    /** The whole as a JSON object whose members are named like the components. */
    public String toJson() {
        return StatusJson.of(this);
    }

    /** What {@code /loadline/load} tells: {@code load}, {@code load_percent} and {@code validity}, for KEDA metrics-api. */
    public String loadJson() {
        return new JsonWriter()
                .beginObject()
                .member("load", orNan(load))
                .member("load_percent", orNan(loadPercent))
                .member("validity", validity)
                .endObject()
                .toString();
    }

    private static Map<String, CriticalityStats> criticality(SignalSnapshot snapshot) {
        Map<String, CriticalityStats> byTag = new LinkedHashMap<>();
        for (Criticality each : Criticality.values()) {
            CriticalityStats stats = snapshot.criticalities().get(each);
            if (stats != null) {
                byTag.put(each.tag(), stats);
            }
        }
        return byTag;
    }

    private static Map<String, Work> workloads(SignalSnapshot snapshot) {
        Map<String, Work> byTag = new LinkedHashMap<>();
        new TreeMap<>(snapshot.workloads()).forEach((workload, of) -> byTag.put(workload.tag(), Work.of(workload, of)));
        return byTag;
    }

    private static @Nullable Double unlessNan(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }

    private static double orNan(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
