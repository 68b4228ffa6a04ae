/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.internal.Listeners;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import io.loadline.limit.SloCounts;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one {@link SignalSnapshot} a second out of limiter, availability and local resources. Thread-safe.
 *
 * <p>The load is demand over capacity and is not clamped: an autoscaler that is told 1 when the truth is 3 adds a third
 * instance when it needs two more now.
 */
public final class LoadSignal implements AutoCloseable {
    /*
     * demand   = sum over routes of (completed + shed) per second x baseline: by Little's law the calls in flight that
     *            the offered work would need without congestion. What was shed counts, or the limiter would hide the
     *            demand from the autoscaler. What was shed counts at most three times the capacity: clients that retry
     *            at once are not demand.
     * capacity = see TrustedCapacity.
     * load     = demand / capacity; before the first saturation the largest local utilization.
     *
     * Published is max(mean of 5 s, mean of 15 s) of the load: up at once, down slowly. Autoscalers have long memories
     * of their own; more smoothing here would double theirs.
     *
     * Queues have loads of their own (Backlog), of which the greatest is published if it is greater than that of the requests.
     * What paces the service itself must not see it: it would fetch less because much waits. While a queue cannot be read
     * the load is a lower bound. It is published if that alone calls for instances, else not: a broker that is away would look
     * like an empty queue. After a minute it is published even so.
     *
     * Not in-flight over limit: the limit falls towards what is in use when there is little to do, so half of the load
     * would read as an eighth.
     *
     * A tick that comes late by more than a whole one follows a stall: few calls have ended and the next second sees a
     * burst, neither of which is the load. Such an interval is left out and the last load held, but never twice in a
     * row: a process that always stalls must not look like it did when it last was well.
     *
     * Work is what succeeded, since a fast failure is none. One call in a thousand that was shed is no saturation.
     *
     * A change of state makes a new snapshot at once: a service that begins to drain is silent from that moment. What
     * was measured before the service became READY was not the load, nor the capacity, of a warm service.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LoadSignal.class);
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final long TICK_TOLERANCE_NANOS = Heartbeat.PERIOD.toNanos() / 2;
    private static final long LATE_NANOS = 2 * TICK_NANOS;
    private static final double TREND_SECONDS = 20;
    private static final double SHED_CAP = 3;
    private static final double SHED_SHARE = 0.02;
    private static final double SLOWER = 1.5;
    private static final long LONGEST_SILENCE_NANOS = 60_000_000_000L;

    private final ConcurrencyLimiter limiter;
    private final Availability availability;
    private final InstantSource clock;
    private final Ticker ticker;
    private final SaturationReader saturations;
    private final Backlogs backlogs;
    private final Supplier<Optional<String>> cutOff;
    private final Supplier<Optional<String>> waitedFor;
    private final Listeners<Consumer<SignalSnapshot>, SignalSnapshot> listeners = new Listeners<>(Consumer::accept);
    private final List<Registration> registrations = new ArrayList<>();
    private final Object lock = new Object();

    /** When those of others were asked last. Confined to the beat. */
    private long askedNanos;

    /** Whether it was logged that dependencies are not told. Confined to the beat. */
    private boolean warned;

    /** Written by tick and state changes under the lock, read by everything that goes outward; a second stale. */
    private volatile SignalSnapshot snapshot;

    /** Written by tick under the lock, read by whoever makes load reports; a second stale. */
    private volatile double localLoad = Double.NaN;

    /** When the load was read last. Written by whoever reads it, read by whoever asks for it; a moment stale. */
    private volatile long loadReadNanos;

    /** The same. */
    private volatile boolean loadWasRead;

    @GuardedBy("lock")
    private final Map<String, LimiterStats> before = new HashMap<>();

    @GuardedBy("lock")
    private final Map<String, SlowBaseline> baselines = new HashMap<>();

    @GuardedBy("lock")
    private final ShadowWindow shadow = new ShadowWindow();

    @GuardedBy("lock")
    private final TrustedCapacity capacity = new TrustedCapacity();

    @GuardedBy("lock")
    private final WorkMix mix = new WorkMix();

    @GuardedBy("lock")
    private final CapacityCpus capacityCpus = new CapacityCpus();

    @GuardedBy("lock")
    private final Trend trend = new Trend(TREND_SECONDS);

    @GuardedBy("lock")
    private final Bottleneck bottleneck;

    @GuardedBy("lock")
    private final SloWatch slo;

    /** Null if nothing is to be forecast. */
    @GuardedBy("lock")
    private final @Nullable LoadForecaster forecaster;

    /** When the process began. */
    private final long startNanos;

    @GuardedBy("lock")
    private final RecentLoads requestLoads = new RecentLoads();

    @GuardedBy("lock")
    private final RecentLoads queueLoads = new RecentLoads();

    @GuardedBy("lock")
    private int inFlightBefore;

    /** What a call takes on average, in seconds; kept for ticks in which none ended. */
    @GuardedBy("lock")
    private double meanCallSeconds;

    @GuardedBy("lock")
    private long lastTickNanos;

    @GuardedBy("lock")
    private long readyNanos;

    @GuardedBy("lock")
    private boolean held;

    @GuardedBy("lock")
    private boolean closed;

    private LoadSignal(Builder builder) {
        this.limiter = builder.limiter;
        this.availability = builder.availability;
        this.clock = builder.clock;
        this.ticker = builder.heartbeat.ticker();
        this.lastTickNanos = ticker.read();
        this.askedNanos = lastTickNanos - TICK_NANOS;
        OwnResources own = builder.own == null ? new OwnResources(Path.of("/"), ticker) : builder.own;
        this.saturations = new SaturationReader(own, builder.saturations, builder.executor);
        this.backlogs = new Backlogs(builder.saturations);
        this.cutOff = builder.cutOff;
        this.waitedFor = builder.waitedFor;
        this.readyNanos = lastTickNanos;
        this.bottleneck = new Bottleneck(clock.instant());
        this.slo = new SloWatch(limiter.slo().orElse(Duration.ZERO), builder.objective);
        this.forecaster = builder.forecaster == null ? null : builder.forecaster.get();
        this.startNanos = lastTickNanos - builder.uptime.get().toNanos();
        synchronized (lock) {
            this.snapshot = idle(availability.lastChange());
            beginInterval(lastTickNanos);
        }
        registrations.add(builder.heartbeat.listen(this::onBeat));
        registrations.add(availability.listen(change -> onChange()));
    }

    /** A builder for the signal of a service. */
    public static Builder builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
        return new Builder(limiter, availability, heartbeat);
    }

    /** The latest snapshot. */
    public SignalSnapshot snapshot() {
        return snapshot;
    }

    /**
     * The latest load for somebody who scales by it; NaN unless it is valid. Adapters that publish it ask here, so that it
     * is known whether anybody does.
     */
    public double load() {
        loadReadNanos = ticker.read();
        loadWasRead = true;
        return snapshot.load();
    }

    /** For how long nobody has asked for {@link #load()}; empty if nobody ever did. */
    public Optional<Duration> sinceLoadWasRead() {
        return loadWasRead ? Optional.of(Duration.ofNanos(ticker.read() - loadReadNanos)) : Optional.empty();
    }

    /** The largest share in use of a local resource, of which symptoms are none, valid load or not; NaN if none is known. */
    double localLoad() {
        return localLoad;
    }

    /** Has {@code task}, which may hang, done where resources are asked; false if it cannot be. */
    boolean aside(Runnable task) {
        return saturations.aside(task);
    }

    /** Adds a listener that is told of each snapshot. */
    @CanIgnoreReturnValue
    public Registration listen(Consumer<SignalSnapshot> listener) {
        return listeners.add(listener)::run;
    }

    /** Stops ticking; from now on nothing is measured, so the load is not valid any more. */
    @Override
    public void close() {
        registrations.forEach(Registration::close);
        synchronized (lock) {
            closed = true;
            clearLoads();
            publish(with(snapshot, availability.lastChange()));
        }
        saturations.close();
        listeners.deliver();
    }

    private void onBeat(Heartbeat.Beat beat) {
        long nowNanos = beat.nowNanos();
        saturations.beat(beat, ticker);
        // A beat before the tick, so that the answers are there; at the tick if it comes out of turn.
        if (isDue(nowNanos + Heartbeat.PERIOD.toNanos()) && nowNanos - askedNanos >= TICK_NANOS / 2) {
            askedNanos = nowNanos;
            saturations.ask();
        }
        if (!isDue(nowNanos)) {
            return;
        }
        Resources resources = saturations.read();
        ProcessFigures process = saturations.figures();
        Optional<String> cutOffNow = told(cutOff);
        Optional<String> waitedForNow = told(waitedFor);
        synchronized (lock) {
            StateChange change = follow();
            // A service that has become READY in the meantime has begun a new interval.
            if (!isDue(nowNanos)) {
                return;
            }
            double seconds = (nowNanos - lastTickNanos) / 1e9;
            held = !held && nowNanos - lastTickNanos > LATE_NANOS;
            if (held) {
                beginInterval(nowNanos);
                trend.skip(seconds);
                if (forecaster != null) {
                    forecaster.skip(seconds);
                }
                publish(with(snapshot, change));
            } else {
                lastTickNanos = nowNanos;
                publish(tick(nowNanos, seconds, resources, process, cutOffNow, waitedForNow, change));
            }
        }
        listeners.deliver();
    }

    /** The dependency that is told of, none if that fails: whatever it throws, the load must not freeze at its last value. */
    private Optional<String> told(Supplier<Optional<String>> dependency) {
        try {
            return Objects.requireNonNull(dependency.get(), "no Optional");
        } catch (Throwable e) {
            warn(e);
            return Optional.empty();
        }
    }

    private void warn(Throwable failure) {
        try {
            if (!warned) {
                warned = true;
                LOG.warn("Who tells of dependencies failed, and none counts as slow; this is logged once", failure);
            }
        } catch (Throwable unlogged) {
            // Without memory, or with an appender that throws, not even this can be told.
        }
    }

    private boolean isDue(long nowNanos) {
        synchronized (lock) {
            return !closed && nowNanos - lastTickNanos >= TICK_NANOS - TICK_TOLERANCE_NANOS;
        }
    }

    private void onChange() {
        synchronized (lock) {
            publish(with(snapshot, follow()));
        }
        listeners.deliver();
    }

    /** The last change of state, which a tick may see before it is told of it. */
    @GuardedBy("lock")
    private StateChange follow() {
        StateChange change = availability.lastChange();
        if (change != snapshot.lastChange() && change.to() == ServiceState.READY) {
            clearLoads();
            readyNanos = ticker.read();
            trend.clear();
            if (isStarting(change.from())) {
                slo.skip(limiter.sloCountsByRoute());
                if (forecaster != null) {
                    forecaster.begin(Duration.ofNanos(readyNanos - startNanos));
                }
            }
            beginInterval(readyNanos);
        }
        return change;
    }

    /** What is served then is mostly what warms the service up. */
    private static boolean isStarting(ServiceState state) {
        return state == ServiceState.STARTING || state == ServiceState.WARMING;
    }

    @GuardedBy("lock")
    private void publish(SignalSnapshot made) {
        snapshot = made;
        listeners.enqueue(made);
    }

    /** Forgets what was counted since the last tick. */
    @GuardedBy("lock")
    private void beginInterval(long nowNanos) {
        lastTickNanos = nowNanos;
        inFlightBefore = limiter.inFlight();
        limiter.statsByRoute().forEach((route, stats) -> before.put(route.name(), stats));
        capacity.interrupt();
    }

    @GuardedBy("lock")
    private SignalSnapshot tick(
            long nowNanos,
            double seconds,
            Resources resources,
            ProcessFigures process,
            Optional<String> cutOffNow,
            Optional<String> waitedForNow,
            StateChange change) {
        List<RouteSnapshot> routes = new ArrayList<>();
        boolean shadowing = limiter.enforcement() == Enforcement.SHADOW && limiter.isWarm();
        if (shadowing) {
            shadow.begin(nowNanos - (long) (seconds * TICK_NANOS));
        } else {
            shadow.clear();
        }
        LimiterStats total = LimiterStats.ZERO;
        double offered = 0;
        double demandDone = 0;
        double demandShed = 0;
        long shed = 0;
        double workDone = 0;
        double workAsSlow = 0;
        SloReport promise = promise(nowNanos, change);
        capacity.resize(capacityCpus.change(saturations.cpus()));
        for (Map.Entry<Route, LimiterStats> entry : limiter.statsByRoute().entrySet()) {
            Route route = entry.getKey();
            LimiterStats stats = entry.getValue();
            LimiterStats previous = before.put(route.name(), stats);
            LimiterStats since = stats.minus(previous == null ? LimiterStats.ZERO : previous);
            SlowBaseline baseline = baselines.computeIfAbsent(route.name(), name -> new SlowBaseline());
            baseline.follow(route.baseline().toNanos(), seconds);
            capacity.rescale(mix.shrunk(route.name(), baseline.nanos()));
            double callsPerSecond = baseline.nanos() / 1e9 / seconds;
            offered += since.offered() / seconds;
            demandDone += since.completed() * callsPerSecond;
            double work = since.succeeded() * callsPerSecond;
            mix.did(route.name(), work, baseline.nanos());
            workDone += work;
            workAsSlow += since.succeeded() * (route.baseline().toNanos() / 1e9 / seconds);
            demandShed += since.shed() * callsPerSecond;
            shed += since.shed() + since.shadowed();
            total = total.plus(stats);
            if (shadowing) {
                shadow.add(route.name(), since);
            }
            routes.add(new RouteSnapshot(route.name(), stats, route.baseline(), slo.of(route.name())));
        }
        int limit = limiter.limit();
        int inFlight = limiter.inFlight();
        int growth = inFlight - inFlightBefore;
        inFlightBefore = inFlight;
        boolean saturated = limiter.isWarm() && (shed > SHED_SHARE * offered * seconds || inFlight >= limit);
        bottleneck.tick(resources, cutOffNow, waitedForNow, saturated, clock.instant());
        boolean usedUp = resources.isUsedUp(cutOffNow.isPresent() || waitedForNow.isPresent());
        boolean serves = change.to() == ServiceState.READY;
        // Calls take longer than they used to, and not for a queue, or the limiter would not have got used to it: what
        // is done then is no capacity unless something here is used up.
        boolean tells = serves && saturated && (usedUp || workAsSlow <= SLOWER * workDone);
        // Not of less than the capacity, or it would be that of a moment in which a dependency is slow.
        if (tells && !(workDone < capacity.calls())) {
            mix.learn();
            capacityCpus.learn(resources.utilization("cpu"));
        }
        capacity.tick(workDone, tells, usedUp, nowNanos);
        double calls = capacity.calls();
        // What came is what ended and what has joined those that run: where nothing is refused an overload piles up.
        // That
        // a pile shrinks does not make a saturated service less loaded.
        double came = Math.max(0, offered + growth / seconds);
        trend.add(came, seconds);
        double joined = saturated ? Math.max(0, growth) : growth;
        if (offered > 0) {
            meanCallSeconds = (demandDone + demandShed) / offered;
        }
        double waiting = Math.max(-demandDone, joined / seconds * meanCallSeconds);
        double undone = demandShed + Math.max(0, waiting);
        double demand =
                demandDone + Math.min(0, waiting) + (Double.isNaN(calls) ? undone : Math.min(undone, SHED_CAP * calls));
        localLoad = resources.load();
        // Without a capacity or any resource that is known there is none: rather nothing than a load of long ago.
        requestLoads.add(Double.isNaN(calls) ? localLoad : demand / calls);
        List<QueueSnapshot> queues = backlogs.tick(usedUp);
        queueLoads.add(Backlogs.load(queues));
        Published published = published(change);
        return new SignalSnapshot(
                clock.instant(),
                change,
                published.validity,
                published.load,
                forecaster == null ? Forecast.OFF : forecaster.tick(nowNanos, seconds, published.load),
                published.requestLoad,
                demand,
                calls,
                came,
                trend.perSecond(),
                limit,
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                inFlight,
                limiter.streams().open(),
                total,
                routes,
                resources.utilizations(),
                resources.details(),
                bottleneck.name(),
                bottleneck.since(),
                queues,
                process,
                limiter.statsByCriticality(),
                shadow.report(nowNanos),
                promise);
    }

    @GuardedBy("lock")
    private SloReport promise(long nowNanos, StateChange change) {
        if (!slo.isPromised()) {
            return SloReport.NONE;
        }
        Map<Route, SloCounts> counts = limiter.sloCountsByRoute();
        if (isStarting(change.to())) {
            slo.skip(counts);
            return slo.nothingYet();
        }
        return slo.tick(nowNanos, counts);
    }

    @GuardedBy("lock")
    private void clearLoads() {
        requestLoads.clear();
        queueLoads.clear();
    }

    @GuardedBy("lock")
    private Published published(StateChange change) {
        double requestLoad = requestLoads.published();
        double load = RecentLoads.greater(requestLoad, queueLoads.published());
        Validity validity = validity(change, !Double.isNaN(load));
        if (validity != Validity.VALID) {
            return new Published(validity, Double.NaN, Double.NaN);
        }
        return load < 1 && backlogs.areUnknown()
                ? new Published(Validity.BACKLOG_UNKNOWN, Double.NaN, requestLoad)
                : new Published(validity, load, requestLoad);
    }

    @GuardedBy("lock")
    private SignalSnapshot with(SignalSnapshot old, StateChange change) {
        Published published = published(change);
        return new SignalSnapshot(
                clock.instant(),
                change,
                published.validity,
                published.load,
                old.forecast(),
                published.requestLoad,
                old.demand(),
                old.capacity(),
                old.arrivalRate(),
                old.arrivalTrend(),
                limiter.limit(),
                old.limitReason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                limiter.streams().open(),
                old.stats(),
                old.routes(),
                old.saturations(),
                old.saturationDetails(),
                old.bottleneck(),
                old.bottleneckSince(),
                old.queues(),
                old.process(),
                old.criticalities(),
                old.shadow(),
                old.slo());
    }

    /**
     * A service that is READY but cold, since its limiter is, is as good as WARMING; but not for ever, since one without
     * traffic never gets warm, and if all instances are silent an autoscaler sees nothing.
     */
    @GuardedBy("lock")
    private Validity validity(StateChange change, boolean measured) {
        boolean cold = change.to() == ServiceState.READY
                && !limiter.isWarm()
                && ticker.read() - readyNanos < LONGEST_SILENCE_NANOS;
        return cold ? Validity.WARMING : Validity.of(change.to(), measured);
    }

    @GuardedBy("lock")
    private SignalSnapshot idle(StateChange change) {
        return new SignalSnapshot(
                clock.instant(),
                change,
                Validity.of(change.to(), false),
                Double.NaN,
                forecaster == null ? Forecast.OFF : forecaster.silent(),
                Double.NaN,
                0,
                Double.NaN,
                0,
                Double.NaN,
                limiter.limit(),
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                limiter.streams().open(),
                LimiterStats.ZERO,
                List.of(),
                Map.of(),
                Map.of(),
                "none",
                clock.instant(),
                List.of(),
                ProcessFigures.UNKNOWN,
                Map.of(),
                ShadowReport.NONE,
                slo.nothingYet());
    }

    /** What is published of the load, as in {@link SignalSnapshot}. */
    private record Published(Validity validity, double load, double requestLoad) {}

    /** Builds signals. Not thread-safe. */
    public static final class Builder {
        private final ConcurrencyLimiter limiter;
        private final Availability availability;
        private final Heartbeat heartbeat;
        private final List<Saturation> saturations = new ArrayList<>();
        private InstantSource clock = InstantSource.system();
        private Supplier<Optional<String>> cutOff = Optional::empty;
        private Supplier<Optional<String>> waitedFor = Optional::empty;
        private @Nullable Executor executor;
        private @Nullable OwnResources own;
        private double objective = 0.999;
        private @Nullable Supplier<LoadForecaster> forecaster;
        private Supplier<Duration> uptime =
                () -> Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());

        private Builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
            this.limiter = limiter;
            this.availability = availability;
            this.heartbeat = heartbeat;
        }

        /**
         * Adds a local resource to those of the process: CPU, collector, disks; or a {@link Backlog}. Of several with one name
         * the most used counts.
         */
        @CanIgnoreReturnValue
        public Builder saturation(Saturation saturation) {
            saturations.add(saturation);
            return this;
        }

        /** Adds a local resource unless there is one of its name. */
        @CanIgnoreReturnValue
        public Builder saturationIfAbsent(Saturation saturation) {
            if (saturations.stream().noneMatch(each -> each.name().equals(saturation.name()))) {
                saturations.add(saturation);
            }
            return this;
        }

        /**
         * Sets who tells of dependencies, once a second: {@code cutOff} names one whose calls are not let through, {@code
         * waitedFor} one that requests spend most of their time with. The bottleneck is then {@code dependency:NAME}. Neither
         * may block; one that throws tells of none. Default: nobody.
         */
        @CanIgnoreReturnValue
        public Builder dependencies(Supplier<Optional<String>> cutOff, Supplier<Optional<String>> waitedFor) {
            this.cutOff = cutOff;
            this.waitedFor = waitedFor;
            return this;
        }

        /**
         * Sets who asks the resources that are added, once a second in one task, and the named metrics of {@link OrcaReports},
         * each in one of its own, and sends the probes of a {@link LagProbe}.
         * It must take them at once and run them elsewhere, since the thread that gives them to it is that of all beats.
         * Default: threads of Loadline's own, as many as there are of these that do not answer, and one or a few more.
         */
        @CanIgnoreReturnValue
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Sets the share of calls that is promised to be good, of which {@link ConcurrencyLimiter.Builder#slo} says what that
         * is; without that, nothing is promised. Default: 0.999.
         *
         * @throws IllegalArgumentException unless it is above 0 and below 1
         */
        @CanIgnoreReturnValue
        public Builder objective(double objective) {
            checkArgument(
                    objective > 0 && objective < 1,
                    "objective must be above 0 and below 1, such as 0.999: %s",
                    objective);
            this.objective = objective;
            return this;
        }

        /**
         * Forecasts the load, as far ahead as this process took from its start until it was ready, 15 s for the autoscaler to
         * look, and at most 10 minutes. Default: nothing is forecast.
         */
        @CanIgnoreReturnValue
        public Builder forecast() {
            this.forecaster = () -> new LoadForecaster(null);
            return this;
        }

        /**
         * Forecasts the load so far ahead: where an instance takes longer than this process can know, for its image or a node.
         *
         * @throws IllegalArgumentException unless it is between 5 s and 10 min
         */
        @CanIgnoreReturnValue
        public Builder forecast(Duration horizon) {
            checkArgument(
                    horizon.compareTo(LoadForecaster.SHORTEST) >= 0 && horizon.compareTo(LoadForecaster.LONGEST) <= 0,
                    "horizon must be between 5 seconds and 10 minutes: %s",
                    horizon);
            this.forecaster = () -> new LoadForecaster(horizon);
            return this;
        }

        /** How long the process has been there, for tests. */
        @CanIgnoreReturnValue
        Builder uptime(Duration uptime) {
            this.uptime = () -> uptime;
            return this;
        }

        /** Reads the process from somewhere else, for tests. */
        @CanIgnoreReturnValue
        Builder own(OwnResources own) {
            this.own = own;
            return this;
        }

        /** Sets what stamps the snapshots. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** A signal that ticks with its heartbeat from now on. */
        public LoadSignal build() {
            return new LoadSignal(this);
        }
    }
}
