/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.advice.MemoryAdvisor;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.DependencyStatus;
import io.loadline.availability.FatalErrors;
import io.loadline.availability.ReadinessState;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainPhase;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.Quota;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.CriticalityStats;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.SloCounts;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.RouteSnapshot;
import io.loadline.signal.SignalSnapshot;
import io.loadline.signal.SloReport;
import io.loadline.signal.Validity;
import io.loadline.signal.Workload;
import io.loadline.signal.WorkloadSnapshot;
import io.loadline.startup.Startup;
import io.loadline.time.Registration;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the signal as the meters of {@link LoadlineMeter}. Thread-safe. Hold on to it: registries reference it weakly.
 */
public final class LoadlineMetrics implements MeterBinder, AutoCloseable {
    /*
     * The load must be absent while it is not valid: autoscalers read 0 as "remove instances", and NaN as 0 or as an
     * error. So its two gauges are registered and removed as validity comes and goes, in the snapshot's listener.
     *
     * Everything reads the latest snapshot and nothing is computed here.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LoadlineMetrics.class);

    private final String application;
    private final String version;
    private final LoadSignal signal;
    private final DrainCoordinator drain;
    private final Startup startup;
    private final Availability availability;
    private final DependencyChecks dependencies;

    @GuardedBy("this")
    private final List<Binding> bindings = new ArrayList<>();

    @GuardedBy("this")
    private boolean closed;

    /** By criticality, what was published as admitted: it takes back those that waited in vain, and a counter must not. */
    private final AtomicLongArray admitted = new AtomicLongArray(Criticality.values().length);

    /** Kept here since registries hold it weakly. */
    @GuardedBy("this")
    private @Nullable MemoryMeters memory;

    /** The same. */
    @GuardedBy("this")
    private @Nullable WaitingMeters waiting;

    /** The same. */
    @GuardedBy("this")
    private @Nullable DependencyGuards guards;

    /** The same. */
    @GuardedBy("this")
    private @Nullable DegradationMeters degradation;

    /** The same. Written before anything is bound, read by bindings. */
    private volatile @Nullable IntakeMeters intake;

    /** The same. */
    @GuardedBy("this")
    private final List<QuotaMetrics> quotas = new ArrayList<>();

    /** The same. */
    @GuardedBy("this")
    private @Nullable SettingsMeters settings;

    /** Meters about {@code application}, made of the parts given. */
    public LoadlineMetrics(
            String application,
            String version,
            LoadSignal signal,
            DrainCoordinator drain,
            Availability availability,
            DependencyChecks dependencies,
            Startup startup) {
        this.application = application;
        this.version = version;
        this.signal = signal;
        this.drain = drain;
        this.startup = startup;
        this.availability = availability;
        this.dependencies = dependencies;
    }

    /** Adds the meters of memory; registries that are bound already do not get them. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics memory(MemoryAdvisor advisor, FatalErrors errors) {
        memory = new MemoryMeters(advisor, errors);
        return this;
    }

    /** Adds the meters of calls that wait; registries that are bound already do not get them. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics waiting(ConcurrencyLimiter limiter) {
        waiting = new WaitingMeters(limiter);
        return this;
    }

    /** Adds the meters of guarded dependencies; registries that are bound already do not get them. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics guards(DependencyGuards guards) {
        this.guards = guards;
        return this;
    }

    /** Adds the meters of optional features; registries that are bound already do not get them. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics degradation(Degradation features) {
        degradation = new DegradationMeters(features);
        return this;
    }

    /** Adds the meters of a gate before messages, from when it is used. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics intake(IntakeGate gate) {
        intake = new IntakeMeters(gate);
        return this;
    }

    /** Adds the meters of a quota; registries that are bound already do not get them. */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics quota(Quota quota) {
        quotas.add(new QuotaMetrics(quota));
        return this;
    }

    /**
     * Adds the meters of live settings; registries that are bound already do not get them.
     *
     * @param version of those that hold
     * @param changes how many there were, by result
     */
    @CanIgnoreReturnValue
    public synchronized LoadlineMetrics settings(LongSupplier version, Map<String, LongSupplier> changes) {
        settings = new SettingsMeters(version, changes);
        return this;
    }

    /** Registers all meters in {@code registry}, unless it has those of a Loadline already: names would collide. */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (closed) {
            return;
        }
        if (registry.find(LoadlineMeter.INFO.meterName()).meter() != null) {
            LOG.warn(
                    "{}: {} has the meters of a Loadline already and gets no others; each service needs a registry",
                    application,
                    registry.getClass().getSimpleName());
            return;
        }
        Binding binding = new Binding(registry, guards, quotas);
        bindings.add(binding);
        binding.bind();
        if (memory != null) {
            binding.keep(memory.register(registry));
        }
        if (waiting != null) {
            binding.keep(waiting.register(registry));
        }
        if (degradation != null) {
            binding.keep(degradation.register(registry));
        }
        quotas.forEach(quota -> binding.keep(quota.register(registry)));
        if (settings != null) {
            binding.keep(settings.register(registry));
        }
    }

    /** Removes all meters from all registries. */
    @Override
    public synchronized void close() {
        closed = true;
        bindings.forEach(Binding::unbind);
        bindings.clear();
    }

    /** What is registered in one registry. Guarded by itself; a listener of its own, so that one's failure is its own. */
    private final class Binding {
        private static final Map<String, ToLongFunction<LimiterStats>> RESULTS = Map.of(
                "succeeded", LimiterStats::succeeded,
                "ignored", LimiterStats::ignored,
                "dropped", LimiterStats::dropped,
                "shed", LimiterStats::shed,
                "refused", LimiterStats::refused);

        private static final Map<String, ToLongFunction<SloCounts>> SLO_RESULTS =
                Map.of("good", SloCounts::good, "bad", SloCounts::bad);

        /** What few routes ever have: it is registered when there is some, or there would be many counters of 0. */
        private static final Map<Tags, ToLongFunction<LimiterStats>> RARE = Map.of(
                Tags.of("result", "capped"), LimiterStats::capped,
                Tags.of("result", "expired"), LimiterStats::expired,
                Tags.of("reason", RejectionReason.ROUTE_CAP.tag()), LimiterStats::shadowCapped,
                Tags.of("reason", RejectionReason.DEADLINE.tag()), LimiterStats::shadowExpired);

        private static final Map<String, ToLongFunction<CriticalityStats>> CRITICALITY_RESULTS = Map.of(
                "shed", CriticalityStats::shed,
                "expired", CriticalityStats::expired);

        private final MeterRegistry registry;
        private final Registration news;
        private final List<Meter> meters = new ArrayList<>();
        private final List<Meter> loads = new ArrayList<>();
        private final Set<String> routes = new HashSet<>();
        private final Set<Workload> workloads = EnumSet.noneOf(Workload.class);
        private final Set<Tags> present = new HashSet<>();
        private final Set<String> resources = new HashSet<>();
        private final Set<String> queues = new HashSet<>();
        private final Set<String> bottlenecks = new HashSet<>();
        private final Set<String> dependencyNames = new HashSet<>();
        private boolean criticality;
        private boolean hasIntake;
        private @Nullable StartupMeters start;
        private final @Nullable GuardMeters guarded;
        private final Map<QuotaMetrics, Set<String>> quotaRoutes = new HashMap<>();
        private boolean unbound;

        Binding(MeterRegistry registry, @Nullable DependencyGuards guards, List<QuotaMetrics> quotas) {
            this.registry = registry;
            quotas.forEach(each -> quotaRoutes.put(each, new HashSet<>()));
            this.guarded = guards == null ? null : new GuardMeters(guards, registry);
            this.news = signal.listen(snapshot -> follow());
        }

        synchronized void bind() {
            gauge(LoadlineMeter.DEMAND, SignalSnapshot::demand);
            gauge(LoadlineMeter.CAPACITY, SignalSnapshot::capacity);
            gauge(LoadlineMeter.ARRIVAL_RATE, SignalSnapshot::arrivalRate);
            gauge(LoadlineMeter.ARRIVAL_TREND, SignalSnapshot::arrivalTrend);
            gauge(LoadlineMeter.GC_SHARE, snapshot -> snapshot.process().gcShare());
            gauge(LoadlineMeter.GC_PAUSE, snapshot -> snapshot.process().gcPauseSeconds());
            gauge(LoadlineMeter.ALLOCATION_RATE, snapshot -> snapshot.process().allocationRate());
            gauge(LoadlineMeter.IO_PRESSURE, snapshot -> snapshot.process().ioPressure());
            gauge(LoadlineMeter.LIMIT, SignalSnapshot::limit);
            gauge(LoadlineMeter.ENFORCING, snapshot -> snapshot.enforcing() ? 1 : 0);
            gauge(LoadlineMeter.IN_FLIGHT, SignalSnapshot::inFlight);
            gauge(LoadlineMeter.STREAMS, SignalSnapshot::streams);
            meters.add(counter(
                    LoadlineMeter.REPEATED,
                    self -> self.signal.snapshot().stats().repeated(),
                    Tags.empty()));
            gauge(LoadlineMeter.INFO, snapshot -> 1, application, version);
            for (ServiceState state : ServiceState.values()) {
                gauge(LoadlineMeter.STATE, snapshot -> snapshot.lastChange().to() == state ? 1 : 0, tag(state));
            }
            for (Validity validity : Validity.values()) {
                gauge(LoadlineMeter.VALIDITY, snapshot -> snapshot.validity() == validity ? 1 : 0, tag(validity));
            }
            if (signal.snapshot().slo().isPromised()) {
                for (SloReport.Window window : SloReport.Window.values()) {
                    gauge(
                            LoadlineMeter.SLO_BURN_RATE,
                            snapshot -> snapshot.slo().burnRate(window),
                            window.tag());
                }
            }
            for (DrainPhase phase : DrainPhase.values()) {
                meters.add(
                        register(LoadlineMeter.DRAIN_PHASE, self -> self.drain.phase() == phase ? 1 : 0, tag(phase)));
            }
            meters.add(register(
                    LoadlineMeter.DRAIN_REMAINING,
                    self -> self.drain.progress().remaining().toNanos() / 1e9));
            start = new StartupMeters(startup, registry);
            meters.add(register(
                    LoadlineMeter.DRAIN_PARTICIPANTS,
                    self -> self.drain.progress().participants()));
            meters.add(register(
                    LoadlineMeter.LONG_LIVED, self -> self.drain.longLived().count()));
            meters.add(register(
                    LoadlineMeter.READINESS,
                    self -> self.availability.readiness() == ReadinessState.ACCEPTING_TRAFFIC ? 1 : 0));
            follow();
        }

        /** Takes over what others have registered, to be removed with its own. */
        synchronized void keep(List<Meter> others) {
            meters.addAll(others);
        }

        /** Follows the latest snapshot: the one that was told of may be an older one. */
        synchronized void follow() {
            if (unbound) {
                return;
            }
            SignalSnapshot snapshot = signal.snapshot();
            boolean valid = snapshot.validity() == Validity.VALID;
            if (valid && loads.isEmpty()) {
                loads.add(register(LoadlineMeter.LOAD, self -> self.signal.load()));
                loads.add(register(LoadlineMeter.LOAD_PERCENT, self -> 100 * self.signal.load()));
                if (snapshot.forecast().isOn()) {
                    gaugeForecast();
                }
            } else if (!valid && !loads.isEmpty()) {
                loads.forEach(registry::remove);
                loads.clear();
            }
            for (Workload each : snapshot.workloads().keySet()) {
                if (workloads.add(each)) {
                    gauge(LoadlineMeter.WORKLOAD_DEMAND, now -> demand(now, each), each.tag());
                }
            }
            for (int i = 0; i < snapshot.routes().size(); i++) {
                RouteSnapshot route = snapshot.routes().get(i);
                if (routes.add(route.name())) {
                    countRequests(route.name(), i);
                    if (snapshot.slo().isPromised()) {
                        countGood(route.name(), i);
                    }
                }
                countRare(route, i);
            }
            if (!criticality && !snapshot.criticalities().isEmpty()) {
                criticality = true;
                countByCriticality();
            }
            IntakeMeters gate = intake;
            if (!hasIntake && gate != null && gate.isUsed()) {
                hasIntake = true;
                meters.addAll(gate.register(registry));
            }
            for (DependencyStatus dependency : dependencies.statuses()) {
                if (dependencyNames.add(dependency.name())) {
                    gaugeDependency(dependency.name());
                }
            }
            for (String resource : snapshot.saturations().keySet()) {
                if (resources.add(resource)) {
                    gauge(
                            LoadlineMeter.SATURATION,
                            now -> now.saturations().getOrDefault(resource, Double.NaN),
                            resource);
                }
            }
            for (int i = 0; i < snapshot.queues().size(); i++) {
                if (queues.add(snapshot.queues().get(i).name())) {
                    gaugeQueue(snapshot.queues().get(i).name(), i);
                }
            }
            String bottleneck = snapshot.bottleneck();
            if (bottlenecks.add(bottleneck)) {
                gauge(LoadlineMeter.BOTTLENECK, now -> now.bottleneck().equals(bottleneck) ? 1 : 0, bottleneck);
            }
            if (start != null) {
                start.follow();
            }
            quotaRoutes.forEach((quota, known) -> meters.addAll(quota.registerRoutes(registry, known)));
            if (guarded != null) {
                guarded.follow();
            }
        }

        synchronized void unbind() {
            unbound = true;
            news.close();
            loads.forEach(registry::remove);
            meters.forEach(registry::remove);
            if (start != null) {
                start.remove();
            }
            if (guarded != null) {
                guarded.remove();
            }
        }

        /** Routes only grow and keep their place, so the place finds the route again. */
        private void countRequests(String route, int place) {
            RESULTS.forEach((result, count) -> meters.add(
                    counter(LoadlineMeter.REQUESTS, place, count, Tags.of("route", route, "result", result))));
            Tags tags = Tags.of("route", route, "reason", RejectionReason.LIMIT.tag());
            meters.add(counter(LoadlineMeter.SHADOWED, place, LimiterStats::shadowed, tags));
        }

        private void countGood(String route, int place) {
            SLO_RESULTS.forEach((result, count) -> meters.add(counter(
                    LoadlineMeter.SLO_REQUESTS,
                    self -> self.at(place, each -> count.applyAsLong(each.slo())),
                    Tags.of("route", route, "result", result))));
        }

        private void gaugeForecast() {
            loads.add(register(
                    LoadlineMeter.LOAD_FORECAST, self -> self.signal.snapshot().forecastLoad()));
            loads.add(register(
                    LoadlineMeter.LOAD_FORECAST_ERROR,
                    self -> self.signal.snapshot().forecast().error(),
                    "trend"));
            loads.add(register(
                    LoadlineMeter.LOAD_FORECAST_ERROR,
                    self -> self.signal.snapshot().forecast().persistenceError(),
                    "persistence"));
        }

        private void countRare(RouteSnapshot route, int place) {
            RARE.forEach((rare, count) -> {
                Tags tags = rare.and("route", route.name());
                if (count.applyAsLong(route.stats()) > 0 && present.add(tags)) {
                    boolean isResult =
                            rare.stream().anyMatch(tag -> tag.getKey().equals("result"));
                    meters.add(counter(isResult ? LoadlineMeter.REQUESTS : LoadlineMeter.SHADOWED, place, count, tags));
                }
            });
        }

        private void countByCriticality() {
            for (Criticality each : Criticality.values()) {
                Tags tags = Tags.of("criticality", each.tag());
                meters.add(counter(
                        LoadlineMeter.CRITICALITY_REQUESTS,
                        self -> self.admitted(each),
                        tags.and("result", "admitted")));
                CRITICALITY_RESULTS.forEach((result, count) -> meters.add(
                        counter(LoadlineMeter.CRITICALITY_REQUESTS, each, count, tags.and("result", result))));
                meters.add(counter(LoadlineMeter.CRITICALITY_SHADOWED, each, CriticalityStats::shadowed, tags));
            }
        }

        private Meter counter(LoadlineMeter meter, Criticality of, ToLongFunction<CriticalityStats> count, Tags tags) {
            return counter(
                    meter,
                    self -> count.applyAsLong(
                            self.signal.snapshot().criticalities().getOrDefault(of, CriticalityStats.ZERO)),
                    tags);
        }

        /** Before the first tick there are none; then they keep their place. */
        private void gaugeQueue(String queue, int place) {
            gauge(LoadlineMeter.QUEUE_DEPTH, now -> now.queues().get(place).depth(), queue);
            gauge(LoadlineMeter.QUEUE_CLEAR, now -> now.queues().get(place).clearSeconds(), queue);
        }

        private void gaugeDependency(String name) {
            meters.add(register(LoadlineMeter.DEPENDENCY_UP, self -> self.isUp(name), name));
        }

        private Meter counter(LoadlineMeter meter, int place, ToLongFunction<LimiterStats> count, Tags tags) {
            return counter(meter, self -> self.at(place, route -> count.applyAsLong(route.stats())), tags);
        }

        private Meter counter(LoadlineMeter meter, ToDoubleFunction<LoadlineMetrics> count, Tags tags) {
            return FunctionCounter.builder(meter.meterName(), LoadlineMetrics.this, count)
                    .description(meter.description())
                    .tags(tags)
                    .register(registry);
        }

        private void gauge(LoadlineMeter meter, ToDoubleFunction<SignalSnapshot> value, String... tagValues) {
            meters.add(register(meter, self -> value.applyAsDouble(self.signal.snapshot()), tagValues));
        }

        private Meter register(LoadlineMeter meter, ToDoubleFunction<LoadlineMetrics> value, String... tagValues) {
            Gauge.Builder<LoadlineMetrics> gauge = Gauge.builder(meter.meterName(), LoadlineMetrics.this, value)
                    .description(meter.description())
                    .baseUnit(meter.unit());
            String[] keys = meter.tagKeys();
            for (int i = 0; i < keys.length; i++) {
                gauge.tag(keys[i], tagValues[i]);
            }
            return gauge.register(registry);
        }

        private static String tag(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }

    private double isUp(String dependency) {
        for (DependencyStatus status : dependencies.statuses()) {
            if (status.name().equals(dependency)) {
                return switch (status.state()) {
                    case UP -> 1;
                    case DOWN -> 0;
                    case UNKNOWN -> Double.NaN;
                };
            }
        }
        return Double.NaN;
    }

    private static double demand(SignalSnapshot snapshot, Workload of) {
        WorkloadSnapshot workload = snapshot.workloads().get(of);
        return workload == null ? 0 : workload.demand();
    }

    private double admitted(Criticality of) {
        long now = signal.snapshot()
                .criticalities()
                .getOrDefault(of, CriticalityStats.ZERO)
                .admitted();
        return admitted.accumulateAndGet(of.ordinal(), now, Math::max);
    }

    private double at(int place, ToLongFunction<RouteSnapshot> count) {
        List<RouteSnapshot> routes = signal.snapshot().routes();
        return place < routes.size() ? count.applyAsLong(routes.get(place)) : 0;
    }
}
