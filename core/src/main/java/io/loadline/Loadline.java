/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.advice.MemoryAdvisor;
import io.loadline.advice.StartupFigures;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.FatalErrors;
import io.loadline.config.DegradationKnobs;
import io.loadline.config.DrainKnobs;
import io.loadline.config.GuardKnobs;
import io.loadline.config.IntakeKnobs;
import io.loadline.config.LimiterKnobs;
import io.loadline.config.LiveSettings;
import io.loadline.config.QuotaKnobs;
import io.loadline.config.SettingsChange;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.TerminationSignal;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.Quota;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.management.LoadlineStatus;
import io.loadline.management.ManagementEndpoints;
import io.loadline.management.ManagementServer;
import io.loadline.management.StartupStatus;
import io.loadline.memory.MemoryMonitor;
import io.loadline.memory.MemoryReading;
import io.loadline.memory.MemoryState;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.metrics.PoolSaturation;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.OrcaReports;
import io.loadline.startup.StageOutcome;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupReport;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All parts for one service, wired together: limiter, availability, drain, signal, memory, meters and, if it has a port,
 * the management endpoint. Thread-safe.
 *
 * <pre>{@code
 * Loadline loadline = Loadline.builder("checkout").meterRegistry(registry).build().start();
 * loadline.startup().begin("server listens");
 * String page = loadline.limiter().call(() -> backend.fetch(id));
 * }</pre>
 */
public final class Loadline implements AutoCloseable {
    /** A stage that ignores its interruption is left behind after less. */
    private static final Duration CANCELLED_START = Duration.ofMillis(1_200);

    private final String name;
    private final Heartbeat heartbeat;
    private final Registration beats;
    private final Availability availability;
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final Startup startup;
    private final DependencyChecks dependencies;
    private final DependencyGuards guards;
    private final List<Quota> quotas;
    private final LoadSignal signal;
    private final Degradation degradation;
    private final IntakeGate intake;
    private final FatalErrors fatalErrors;
    private final MemoryMonitor memory;
    private final OrcaReports orca;
    private final MemoryAdvisor advisor;
    private final LiveSettings settings;
    private final LoadlineMetrics metrics;
    private final LoadlineObservations observations;
    private final @Nullable Integer managementPort;
    private final String managementHost;

    @GuardedBy("this")
    private @Nullable ManagementServer management;

    @GuardedBy("this")
    private @Nullable Registration uncaught;

    @GuardedBy("this")
    private boolean closed;

    private Loadline(Builder builder) {
        this.name = builder.name;
        this.heartbeat = Heartbeat.create(builder.ticker);
        this.availability = Availability.create(builder.clock);
        this.observations = new LoadlineObservations(builder.observationRegistry);
        ConcurrencyLimiter.Builder limiterBuilder =
                ConcurrencyLimiter.builder(name).ticker(builder.ticker).droppedCounts(this::failuresCount);
        this.fatalErrors = FatalErrors.create(availability, builder.fatalErrors);
        if (observations.isUsed()) {
            limiterBuilder.listener(observations);
        }
        builder.limiter.accept(limiterBuilder);
        this.limiter = limiterBuilder.onFailure(fatalErrors::report).build();
        this.beats = heartbeat.listen(this::beatLimiter);
        DrainCoordinator.Builder drainBuilder = DrainCoordinator.builder(availability, limiter, heartbeat);
        builder.participants.forEach(drainBuilder::participant);
        builder.drain.accept(drainBuilder);
        this.drain = drainBuilder.build();
        observations.follow(drain);
        this.dependencies = DependencyChecks.create(builder.dependencies, availability, heartbeat);
        DependencyGuards.Builder guardsBuilder = DependencyGuards.builder(heartbeat)
                .limit(() -> limiter.isEnforcing() ? limiter.limit() : -1)
                .inFlight(limiter::inFlight)
                .readiness(dependencies)
                .defaults(builder.guards);
        if (observations.isUsed()) {
            guardsBuilder.listener(observations);
        }
        this.guards = guardsBuilder.build();
        builder.namedGuards.forEach((each, configure) -> {
            DependencyGuard unused = guards.guard(each, configure);
        });
        LoadSignal.Builder signalBuilder = LoadSignal.builder(limiter, availability, heartbeat)
                .dependencies(guards::cutOff, guards::waitedFor)
                .clock(builder.clock);
        builder.signal.accept(signalBuilder);
        MeterRegistry registry = builder.meterRegistry;
        if (registry != null) {
            signalBuilder
                    .saturationIfAbsent(PoolSaturation.connections(() -> registry))
                    .saturationIfAbsent(PoolSaturation.executors(() -> registry));
        }
        this.signal = signalBuilder.build();
        Degradation.Builder degradationBuilder =
                Degradation.builder(heartbeat, this::knownLoad).clock(builder.clock);
        builder.degradation.accept(degradationBuilder);
        this.degradation = degradationBuilder.build();
        IntakeGate.Builder intakeBuilder = IntakeGate.builder(limiter, availability, heartbeat)
                .load(this::knownLoad)
                .clock(builder.clock);
        builder.intake.accept(intakeBuilder);
        this.intake = intakeBuilder.build();
        MemoryMonitor.Builder memoryBuilder = MemoryMonitor.builder(name, heartbeat)
                .started(this::hasStarted)
                .completedCalls(() -> limiter.stats().completed());
        builder.memory.accept(memoryBuilder);
        this.memory = memoryBuilder.build();
        OrcaReports.Builder orcaBuilder =
                OrcaReports.builder(signal, limiter, builder.ticker).memory(this::memoryUtilization);
        builder.orca.accept(orcaBuilder);
        this.orca = orcaBuilder.build();
        this.startup = Startup.builder(builder.startup, availability, memory.reader())
                .ticker(builder.ticker)
                .idle(() -> limiter.inFlight() == 0)
                .completedCalls(() -> limiter.stats().completed())
                .onFailure(fatalErrors::report)
                .build();
        MemoryAdvisor.Builder advisorBuilder =
                MemoryAdvisor.builder(name, memory, signal).startup(this::startupFigures);
        builder.advice.accept(advisorBuilder);
        this.advisor = advisorBuilder.build();
        LiveSettings.Builder settingsBuilder = LiveSettings.builder(heartbeat)
                .clock(builder.clock)
                .part(new LimiterKnobs(limiter))
                .part(new DrainKnobs(drain))
                .part(new GuardKnobs(guards))
                .part(new IntakeKnobs(intake));
        if (!degradation.settings().features().isEmpty()) {
            settingsBuilder.part(new DegradationKnobs(degradation));
        }
        builder.quotas.stream().limit(1).map(QuotaKnobs::new).forEach(settingsBuilder::part);
        builder.settings.accept(settingsBuilder);
        this.settings = settingsBuilder.build();
        this.metrics = new LoadlineMetrics(name, version(), signal, drain, availability, dependencies, startup)
                .memory(advisor, fatalErrors)
                .waiting(limiter)
                .guards(guards)
                .degradation(degradation)
                .intake(intake)
                .settings(() -> settings.current().version(), changesByResult());
        this.quotas = List.copyOf(builder.quotas);
        quotas.forEach(metrics::quota);
        if (registry != null) {
            metrics.bindTo(registry);
        }
        this.managementPort = builder.managementPort;
        this.managementHost = builder.managementHost;
    }

    /** A builder for the service named {@code name}. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Starts the heartbeat and, if it has a port, the management endpoint. The service is STARTING until
     * {@link #availability()} is told otherwise. Does nothing if it runs already.
     *
     * @throws IllegalArgumentException if the management host cannot be resolved
     * @throws IllegalStateException if the management port is taken, which closes this, or if it was closed before
     */
    @CanIgnoreReturnValue
    public synchronized Loadline start() {
        if (closed) {
            throw new IllegalStateException("Loadline " + name + " was closed; build another one");
        }
        if (managementPort != null && management == null) {
            try {
                management = ManagementServer.start(managementHost, managementPort, managementEndpoints());
            } catch (RuntimeException e) {
                // build().start() leaves the caller nothing to close, and meters are registered already.
                close();
                throw e;
            }
        }
        if (uncaught == null) {
            uncaught = fatalErrors.watchUncaught();
        }
        // Before the first beat, and before whoever called this lets requests in.
        settings.start();
        heartbeat.start();
        return this;
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** Who is admitted. */
    public ConcurrencyLimiter limiter() {
        return limiter;
    }

    /** The state of the service. */
    public Availability availability() {
        return availability;
    }

    /** How it leaves. */
    public DrainCoordinator drain() {
        return drain;
    }

    /** How it starts: {@link Startup#begin} when the server listens. */
    public Startup startup() {
        return startup;
    }

    /** What it depends on. */
    public DependencyChecks dependencies() {
        return dependencies;
    }

    /** What stands between it and those. */
    public DependencyGuards guards() {
        return guards;
    }

    /** How loaded it is. */
    public LoadSignal signal() {
        return signal;
    }

    /** What it tells load balancers of that, in headers of responses. */
    public OrcaReports orca() {
        return orca;
    }

    /** What it gives up when it is loaded. */
    public Degradation degradation() {
        return degradation;
    }

    /** When it fetches messages. */
    public IntakeGate intake() {
        return intake;
    }

    /** What its memory does. */
    public MemoryMonitor memory() {
        return memory;
    }

    /** How large it should be, and the checklist about its memory. */
    public MemoryAdvisor advisor() {
        return advisor;
    }

    /** What becomes of it after an error that its JVM does not recover from. */
    public FatalErrors fatalErrors() {
        return fatalErrors;
    }

    /** What can change while it runs, and how it does. */
    public LiveSettings settings() {
        return settings;
    }

    /** Its meters, to be bound to further registries. */
    public LoadlineMetrics metrics() {
        return metrics;
    }

    /** What it tells traces; adapters that know a request's observation tell it by this. */
    public LoadlineObservations observations() {
        return observations;
    }

    /** What drives everything periodic. */
    public Heartbeat heartbeat() {
        return heartbeat;
    }

    /** What {@code /loadline} tells. */
    public LoadlineStatus status() {
        return LoadlineStatus.of(
                name,
                signal.snapshot(),
                availability.readinessHolds(),
                drain.progress(),
                dependencies.statuses(),
                guards.guards(),
                quotas,
                degradation.status(),
                intake.isUsed() ? intake.state() : null);
    }

    /** What {@code /loadline/load} tells, to somebody who scales by it. */
    public String loadJson() {
        // Notes that somebody follows it.
        double unused = signal.load();
        return status().loadJson();
    }

    /** The management reads, to be added to a server of yours. */
    public ManagementEndpoints managementEndpoints() {
        return new ManagementEndpoints(availability, () -> status().toJson(), this::loadJson)
                .read(
                        "/loadline/startup",
                        "application/json",
                        () -> StartupStatus.of(startup.report()).toJson())
                .read(
                        "/loadline/memory",
                        "application/json",
                        () -> advisor.report().memoryJson())
                .read(
                        "/loadline/advice",
                        "application/json",
                        () -> advisor.report().adviceJson())
                .read(
                        "/loadline/advice.yaml",
                        "application/yaml",
                        () -> advisor.report().yaml())
                .settings(settings);
    }

    /** The port of the management endpoint; 0 if there is none. */
    public synchronized int managementPort() {
        return management == null ? 0 : management.port();
    }

    /**
     * When {@code termination} comes, drains, runs {@code closeServer} and closes this. The process does not end before
     * that is over. If this was closed before, nothing is drained and {@code closeServer} runs at once.
     *
     * @throws IllegalStateException if the process is going already
     */
    public void drainOn(TerminationSignal termination, Runnable closeServer) {
        termination.onTermination(() -> {
            try {
                try {
                    if (beatsUnlessClosed()) {
                        drain.drain("termination signal", DrainCoordinator.Settling.WAIT);
                    }
                } finally {
                    awaitCancelledStart();
                    closeServer.run();
                }
            } finally {
                drain.closed();
                close();
            }
        });
    }

    /** Stops the heartbeat and the management endpoint and removes all meters. Does not drain. */
    @Override
    public synchronized void close() {
        closed = true;
        heartbeat.close();
        beats.close();
        settings.close();
        startup.close();
        drain.close();
        dependencies.close();
        guards.close();
        degradation.close();
        intake.close();
        orca.close();
        signal.close();
        memory.close();
        advisor.close();
        if (uncaught != null) {
            uncaught.close();
            uncaught = null;
        }
        metrics.close();
        if (management != null) {
            management.close();
            management = null;
        }
    }

    /** A stage that was told to go, as the drain began, may need what {@code closeServer} closes. */
    private void awaitCancelledStart() {
        try {
            boolean unused = startup.awaitEnd(CANCELLED_START);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A drain needs a heartbeat, even if the signal came before {@link #start()}. */
    private synchronized boolean beatsUnlessClosed() {
        if (!closed) {
            heartbeat.start();
        }
        return !closed;
    }

    /** A stage that only waits is no part of the start: it may wait for days. */
    private boolean hasStarted() {
        boolean serves = switch (availability.state()) {
            case STARTING, WARMING -> false;
            case READY -> true;
            // Who leaves before memory was watched in service was never in it.
            case DRAINING, STOPPED, BROKEN -> memory.snapshot().state() != MemoryState.WARMING;
        };
        return serves && startup.report().stages().stream().noneMatch(stage -> stage.outcome() == StageOutcome.RUNNING);
    }

    private StartupFigures startupFigures() {
        StartupReport report = startup.report();
        return new StartupFigures(
                report.peakBytes(),
                report.stages().stream()
                        .map(stage -> new StartupFigures.Stage(stage.name(), stage.tookBytes()))
                        .toList());
    }

    /** Calls that fail before the service is ready do so for want of data, not of capacity. */
    private boolean failuresCount() {
        return switch (availability.state()) {
            case STARTING, WARMING -> false;
            case READY, DRAINING, STOPPED, BROKEN -> true;
        };
    }

    private void beatLimiter(Heartbeat.Beat beat) {
        fatalErrors.beat();
        if (beat.lateNanos() >= Heartbeat.PERIOD.toNanos()) {
            limiter.stalled(Duration.ofNanos(beat.lateNanos()));
        }
        limiter.beat();
    }

    private double memoryUtilization() {
        MemoryReading reading = memory.snapshot().reading();
        return reading.footprintBytes().isPresent() && reading.limitBytes().isPresent()
                ? (double) reading.footprintBytes().getAsLong()
                        / reading.limitBytes().getAsLong()
                : Double.NaN;
    }

    /** Not that of somebody who scales by it, and without queues: one does not fetch less because more waits. */
    private double knownLoad() {
        return signal.snapshot().requestLoad();
    }

    private Map<String, LongSupplier> changesByResult() {
        Map<String, LongSupplier> changes = new HashMap<>();
        for (SettingsChange.Result result : SettingsChange.Result.values()) {
            changes.put(result.name().toLowerCase(Locale.ROOT), () -> settings.changes(result));
        }
        return changes;
    }

    private static String version() {
        String version = Loadline.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Builds Loadlines. Not thread-safe. */
    public static final class Builder {
        private static final Consumer<Object> UNCHANGED = builder -> {};

        private final String name;
        private @Nullable MeterRegistry meterRegistry;
        private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;
        private Consumer<? super ConcurrencyLimiter.Builder> limiter = UNCHANGED;
        private Consumer<? super DrainCoordinator.Builder> drain = UNCHANGED;
        private final List<DependencyCheck> dependencies = new ArrayList<>();
        private final List<DrainParticipant> participants = new ArrayList<>();
        private Consumer<? super DependencyGuard.Builder> guards = UNCHANGED;
        private final Map<String, Consumer<? super DependencyGuard.Builder>> namedGuards = new LinkedHashMap<>();
        private final List<Quota> quotas = new ArrayList<>();
        private Consumer<? super LoadSignal.Builder> signal = UNCHANGED;
        private Consumer<? super OrcaReports.Builder> orca = UNCHANGED;
        private Consumer<? super Degradation.Builder> degradation = UNCHANGED;
        private Consumer<? super IntakeGate.Builder> intake = UNCHANGED;
        private StartupPlan startup = StartupPlan.empty();
        private Consumer<? super MemoryMonitor.Builder> memory = UNCHANGED;
        private Consumer<? super MemoryAdvisor.Builder> advice = UNCHANGED;
        private Consumer<? super LiveSettings.Builder> settings = UNCHANGED;
        private FatalErrors.Policy fatalErrors = FatalErrors.Policy.BREAK;
        private @Nullable Integer managementPort;
        private String managementHost = "0.0.0.0";
        private Ticker ticker = Ticker.system();
        private InstantSource clock = InstantSource.system();

        private Builder(String name) {
            checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
            this.name = name;
        }

        /**
         * Sets where the meters go, and where those of connection pools and executors are looked for, which saturate: as
         * the resources {@code pool} and {@code executor}, unless the signal has others of these names. Default: nowhere.
         */
        @CanIgnoreReturnValue
        public Builder meterRegistry(MeterRegistry registry) {
            this.meterRegistry = registry;
            return this;
        }

        /**
         * Sets whose observations are told what becomes of requests, and where drains and breakers are observations; with
         * Micrometer Tracing these are spans. Default: nowhere.
         */
        @CanIgnoreReturnValue
        public Builder observationRegistry(ObservationRegistry registry) {
            this.observationRegistry = registry;
            return this;
        }

        /** Configures the limiter. */
        @CanIgnoreReturnValue
        public Builder limiter(Consumer<? super ConcurrencyLimiter.Builder> configure) {
            this.limiter = configure;
            return this;
        }

        /** Configures the drain. */
        @CanIgnoreReturnValue
        public Builder drain(Consumer<? super DrainCoordinator.Builder> configure) {
            this.drain = configure;
            return this;
        }

        /** Adds something beside requests that has work of its own when the service leaves. */
        @CanIgnoreReturnValue
        public Builder drainParticipant(DrainParticipant participant) {
            this.participants.add(participant);
            return this;
        }

        /**
         * Adds something the service depends on.
         *
         * @throws IllegalArgumentException if there is one of that name
         */
        @CanIgnoreReturnValue
        public Builder dependency(DependencyCheck check) {
            checkArgument(
                    dependencies.stream().noneMatch(each -> each.name().equals(check.name())),
                    "there is a dependency of this name already: '%s'",
                    check.name());
            this.dependencies.add(check);
            return this;
        }

        /** Configures all guards of dependencies, before what is set for each. */
        @CanIgnoreReturnValue
        public Builder guards(Consumer<? super DependencyGuard.Builder> configure) {
            this.guards = configure;
            return this;
        }

        /**
         * Adds a guard of the dependency of that name, instead of one that code would make later: {@link #settings} tell what
         * it was built with.
         *
         * @throws IllegalArgumentException if there is one of that name, or it is blank or has more than 200 characters
         */
        @CanIgnoreReturnValue
        public Builder guard(String name, Consumer<? super DependencyGuard.Builder> configure) {
            DependencyGuard.Builder unused = DependencyGuard.builder(name);
            checkArgument(!namedGuards.containsKey(name), "there is a guard of this name already: '%s'", name);
            this.namedGuards.put(name, configure);
            return this;
        }

        /**
         * Adds a quota, whose meters are published with all others. Adapters ask it. The first one is what the settings under
         * {@code loadline.guard.quota} change while it runs.
         *
         * @throws IllegalArgumentException if there is one of that name
         */
        @CanIgnoreReturnValue
        public Builder quota(Quota quota) {
            checkArgument(
                    quotas.stream().noneMatch(each -> each.name().equals(quota.name())),
                    "there is a quota of this name already: '%s'",
                    quota.name());
            this.quotas.add(quota);
            return this;
        }

        /** Configures the signal. */
        @CanIgnoreReturnValue
        public Builder signal(Consumer<? super LoadSignal.Builder> configure) {
            this.signal = configure;
            return this;
        }

        /** Configures which responses tell load balancers of the load. Default: those to requests that ask for it. */
        @CanIgnoreReturnValue
        public Builder orca(Consumer<? super OrcaReports.Builder> configure) {
            this.orca = configure;
            return this;
        }

        /** Configures what is given up when the service is loaded. Default: nothing. */
        @CanIgnoreReturnValue
        public Builder degradation(Consumer<? super Degradation.Builder> configure) {
            this.degradation = configure;
            return this;
        }

        /** Configures when messages are fetched. */
        @CanIgnoreReturnValue
        public Builder intake(Consumer<? super IntakeGate.Builder> configure) {
            this.intake = configure;
            return this;
        }

        /** Sets what is to be done before and after the service is ready. Default: nothing. */
        @CanIgnoreReturnValue
        public Builder startup(StartupPlan plan) {
            this.startup = plan;
            return this;
        }

        /** Configures how the memory is watched. */
        @CanIgnoreReturnValue
        public Builder memory(Consumer<? super MemoryMonitor.Builder> configure) {
            this.memory = configure;
            return this;
        }

        /** Configures the advice about it. */
        @CanIgnoreReturnValue
        public Builder advice(Consumer<? super MemoryAdvisor.Builder> configure) {
            this.advice = configure;
            return this;
        }

        /** Configures which settings may change while it runs, and by whom. */
        @CanIgnoreReturnValue
        public Builder settings(Consumer<? super LiveSettings.Builder> configure) {
            this.settings = configure;
            return this;
        }

        /** Sets what to do about errors that the JVM does not recover from. Default: {@code BREAK}. */
        @CanIgnoreReturnValue
        public Builder fatalErrors(FatalErrors.Policy policy) {
            this.fatalErrors = policy;
            return this;
        }

        /**
         * Sets the port of the management endpoint, 0 for any that is free. Default: no endpoint.
         *
         * @throws IllegalArgumentException unless it is between 0 and 65535
         */
        @CanIgnoreReturnValue
        public Builder managementPort(int port) {
            checkArgument(port >= 0 && port <= 65_535, "managementPort must be between 0 and 65535: %s", port);
            this.managementPort = port;
            return this;
        }

        /** Sets the address the management endpoint listens on. Default: all, since probes come from outside. */
        @CanIgnoreReturnValue
        public Builder managementHost(String host) {
            this.managementHost = host;
            return this;
        }

        /** Sets where all parts read elapsed time. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** Sets what stamps state changes and snapshots. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** All parts, wired, not yet started. */
        public Loadline build() {
            return new Loadline(this);
        }
    }
}
