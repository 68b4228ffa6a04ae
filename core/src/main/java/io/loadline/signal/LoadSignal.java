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
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one {@link SignalSnapshot} a second out of limiter, availability and local resources. Thread-safe.
 *
 * <p>The load is demand over capacity and is not clamped: an autoscaler that is told 1 when the truth is 3 adds a third
 * instance when it needs two more now.
 */
public final class LoadSignal implements AutoCloseable {
    /*
     * What requests ask and what the service sustains is measured by RequestLoad; what of that is published, and when, is up to
     * PublishedLoad; Measurements has these and the rest. Here is when that is done, and who is told.
     *
     * A tick that comes late by more than a whole one follows a stall: few calls have ended, and in the next second those come
     * at once that could not before, neither of which is the load. Both intervals are left out and the last load held, but
     * then one is measured whatever happens: a process that always stalls must not look like it did when it last was well.
     *
     * A change of state makes a new snapshot at once: a service that begins to drain is silent from that moment. What
     * was measured before the service became READY was not the load, nor the capacity, of a warm service.
     */
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final long TICK_TOLERANCE_NANOS = Heartbeat.PERIOD.toNanos() / 2;
    private static final long LATE_NANOS = 2 * TICK_NANOS;
    private static final int LEFT_OUT = 2;

    private final Availability availability;
    private final Ticker ticker;
    private final SaturationReader saturations;
    private final DependencyNews dependencies;
    private final Listeners<Consumer<SignalSnapshot>, SignalSnapshot> listeners = new Listeners<>(Consumer::accept);
    private final List<Registration> registrations = new ArrayList<>();
    private final Object lock = new Object();

    /** When those of others were asked last. Confined to the beat. */
    private long askedNanos;

    /** Written by tick and state changes under the lock, read by everything that goes outward; a second stale. */
    private volatile SignalSnapshot snapshot;

    /** Written by tick under the lock, read by whoever makes load reports; a second stale. */
    private volatile double localLoad = Double.NaN;

    /** When the load was read last. Written by whoever reads it, read by whoever asks for it; a moment stale. */
    private volatile long loadReadNanos;

    /** The same. */
    private volatile boolean loadWasRead;

    @GuardedBy("lock")
    private final Measurements measurements;

    @GuardedBy("lock")
    private long lastTickNanos;

    /** How many intervals, the next one included, are to be left out. */
    @GuardedBy("lock")
    private int leftOut;

    @GuardedBy("lock")
    private boolean closed;

    private LoadSignal(Builder builder) {
        ConcurrencyLimiter limiter = builder.limiter;
        InstantSource clock = builder.clock;
        this.availability = builder.availability;
        this.ticker = builder.heartbeat.ticker();
        this.lastTickNanos = ticker.read();
        this.askedNanos = lastTickNanos - TICK_NANOS;
        OwnResources own = builder.own;
        this.saturations = new SaturationReader(
                () -> own == null ? new OwnResources(Path.of("/"), ticker) : own,
                builder.saturations,
                builder.executor);
        this.dependencies = new DependencyNews(builder.cutOff, builder.waitedFor);
        long startNanos = lastTickNanos - builder.uptime.get().toNanos();
        this.measurements = new Measurements(
                limiter,
                new PublishedLoad(limiter, new Backlogs(builder.saturations), ticker),
                new SloWatch(limiter.slo().orElse(Duration.ZERO), builder.objective, builder.workloads),
                builder.forecaster == null ? null : builder.forecaster.get(),
                builder.workloads,
                clock,
                startNanos);
        synchronized (lock) {
            this.snapshot = measurements.first(availability.lastChange());
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
            measurements.clearLoads();
            publishAsBefore(availability.lastChange());
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
        DependencyNews.Told told = dependencies.ask();
        synchronized (lock) {
            StateChange change = follow();
            // A service that has become READY in the meantime has begun a new interval.
            if (!isDue(nowNanos)) {
                return;
            }
            double seconds = (nowNanos - lastTickNanos) / 1e9;
            if (leftOut == 0) {
                leftOut = nowNanos - lastTickNanos > LATE_NANOS ? LEFT_OUT : 0;
            } else {
                leftOut--;
            }
            lastTickNanos = nowNanos;
            if (leftOut > 0) {
                measurements.leaveOut(seconds);
                publishAsBefore(change);
            } else {
                publish(measurements.end(nowNanos, seconds, change, resources, process, told));
                localLoad = resources.load();
            }
        }
        listeners.deliver();
    }

    private boolean isDue(long nowNanos) {
        synchronized (lock) {
            return !closed && nowNanos - lastTickNanos >= TICK_NANOS - TICK_TOLERANCE_NANOS;
        }
    }

    private void onChange() {
        synchronized (lock) {
            publishAsBefore(follow());
        }
        listeners.deliver();
    }

    /** The last change of state, which a tick may see before it is told of it. */
    @GuardedBy("lock")
    private StateChange follow() {
        StateChange change = availability.lastChange();
        if (change != snapshot.lastChange() && change.to() == ServiceState.READY) {
            long readyNanos = ticker.read();
            measurements.beginReady(readyNanos, change.from());
            lastTickNanos = readyNanos;
        }
        return change;
    }

    @GuardedBy("lock")
    private void publishAsBefore(StateChange change) {
        publish(measurements.following(snapshot, change));
    }

    @GuardedBy("lock")
    private void publish(SignalSnapshot made) {
        snapshot = made;
        listeners.enqueue(made);
    }

    /** Builds signals. Not thread-safe. */
    public static final class Builder {
        private final ConcurrencyLimiter limiter;
        private final Availability availability;
        private final Heartbeat heartbeat;
        private final List<Saturation> saturations = new ArrayList<>();
        private final Workloads workloads = new Workloads();
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
         * Says what kind of work the calls of some routes are. Default: what is asked for with GET, HEAD or OPTIONS is {@link
         * Workload#READ}, all else {@link Workload#WRITE}.
         *
         * @param routes names such as {@code "POST /reports"}, or with a star at their end, for all that begin so; the
         *     longest that fits counts
         * @throws IllegalArgumentException if a name is blank, has a star elsewhere or is told to be two things
         */
        @CanIgnoreReturnValue
        public Builder workload(Workload workload, String... routes) {
            for (String route : routes) {
                workloads.add(workload, route);
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
