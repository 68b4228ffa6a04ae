/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import io.loadline.internal.Listeners;
import io.loadline.internal.ProcessCpu;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Route;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
     * Not in-flight over limit: the limit falls towards what is in use when there is little to do, so half of the load
     * would read as an eighth.
     *
     * A change of state makes a new snapshot at once: a service that begins to drain is silent from that moment.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LoadSignal.class);
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final long TICK_TOLERANCE_NANOS = Heartbeat.PERIOD.toNanos() / 2;
    private static final int SHORT_MEAN = 5;
    private static final int LONG_MEAN = 15;
    private static final double SHED_CAP = 3;
    private static final double USED_UP = 0.85;
    private static final double BUSY = 0.7;

    private final ConcurrencyLimiter limiter;
    private final Availability availability;
    private final InstantSource clock;
    private final List<Saturation> saturations;
    private final Listeners<Consumer<SignalSnapshot>, SignalSnapshot> listeners = new Listeners<>(Consumer::accept);
    private final List<Registration> registrations = new ArrayList<>();
    private final Object lock = new Object();

    /** Written by tick and state changes under the lock, read by everything that goes outward; one second stale. */
    private volatile SignalSnapshot snapshot;

    @GuardedBy("lock")
    private final Map<String, LimiterStats> before = new HashMap<>();

    @GuardedBy("lock")
    private final Map<String, SlowBaseline> baselines = new HashMap<>();

    @GuardedBy("lock")
    private final TrustedCapacity capacity = new TrustedCapacity();

    @GuardedBy("lock")
    private final double[] loads = new double[LONG_MEAN];

    @GuardedBy("lock")
    private int loadCount;

    @GuardedBy("lock")
    private long lastTickNanos;

    @GuardedBy("lock")
    private boolean saturationFailed;

    private LoadSignal(Builder builder) {
        this.limiter = builder.limiter;
        this.availability = builder.availability;
        this.clock = builder.clock;
        this.lastTickNanos = builder.heartbeat.ticker().read();
        this.saturations = new ArrayList<>();
        ProcessCpu cpu = new ProcessCpu(lastTickNanos);
        saturations.add(
                Saturation.of("cpu", () -> cpu.read(builder.heartbeat.ticker().read())));
        saturations.addAll(builder.saturations);
        this.snapshot = idle(Validity.of(availability.state(), false));
        registrations.add(builder.heartbeat.listen(beat -> onBeat(beat.nowNanos())));
        registrations.add(availability.listen(change -> onChange(change.to())));
    }

    /** A builder for the signal of a service. */
    public static Builder builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
        return new Builder(limiter, availability, heartbeat);
    }

    /** The latest snapshot. */
    public SignalSnapshot snapshot() {
        return snapshot;
    }

    /** Adds a listener that is told of each snapshot. */
    public Registration listen(Consumer<SignalSnapshot> listener) {
        return listeners.add(listener)::run;
    }

    /** Stops ticking; the last snapshot stays. */
    @Override
    public void close() {
        registrations.forEach(Registration::close);
    }

    private void onBeat(long nowNanos) {
        SignalSnapshot made;
        synchronized (lock) {
            long elapsedNanos = nowNanos - lastTickNanos;
            if (elapsedNanos < TICK_NANOS - TICK_TOLERANCE_NANOS) {
                return;
            }
            lastTickNanos = nowNanos;
            made = tick(nowNanos, elapsedNanos / 1e9);
            snapshot = made;
        }
        listeners.publish(made);
    }

    private void onChange(ServiceState state) {
        SignalSnapshot made;
        synchronized (lock) {
            if (state == ServiceState.READY) {
                // What was measured before was not the load of a warm service.
                loadCount = 0;
            }
            made = with(snapshot, Validity.of(state, loadCount > 0));
            snapshot = made;
        }
        listeners.publish(made);
    }

    @GuardedBy("lock")
    private SignalSnapshot tick(long nowNanos, double seconds) {
        List<RouteSnapshot> routes = new ArrayList<>();
        LimiterStats total = LimiterStats.ZERO;
        double offered = 0;
        double demandDone = 0;
        double demandShed = 0;
        long shed = 0;
        for (Route route : limiter.routes()) {
            LimiterStats stats = limiter.stats(route);
            LimiterStats previous = before.put(route.name(), stats);
            LimiterStats since = stats.minus(previous == null ? LimiterStats.ZERO : previous);
            SlowBaseline baseline = baselines.computeIfAbsent(route.name(), name -> new SlowBaseline());
            baseline.follow(route.baseline().toNanos(), seconds);
            double callsPerSecond = baseline.nanos() / 1e9 / seconds;
            offered += since.offered() / seconds;
            demandDone += since.completed() * callsPerSecond;
            demandShed += since.shed() * callsPerSecond;
            shed += since.shed() + since.shadowed();
            total = total.plus(stats);
            routes.add(new RouteSnapshot(route.name(), stats, route.baseline()));
        }
        Map<String, Double> utilizations = readSaturations();
        int limit = limiter.limit();
        int inFlight = limiter.inFlight();
        boolean saturated = shed > 0 || inFlight >= limit;
        double localUtilization = utilizations.values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        capacity.tick(demandDone, saturated, localUtilization >= USED_UP, nowNanos);
        double calls = capacity.calls();
        double demand = demandDone + (Double.isNaN(calls) ? demandShed : Math.min(demandShed, SHED_CAP * calls));
        loads[loadCount++ % LONG_MEAN] = Double.isNaN(calls) ? localUtilization : demand / calls;
        if (loadCount == 2 * LONG_MEAN) {
            loadCount = LONG_MEAN;
        }
        Validity validity = Validity.of(availability.state(), true);
        return new SignalSnapshot(
                clock.instant(),
                availability.lastChange(),
                validity,
                validity == Validity.VALID ? Math.max(mean(SHORT_MEAN), mean(LONG_MEAN)) : Double.NaN,
                demand,
                calls,
                offered,
                limit,
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                inFlight,
                total,
                routes,
                utilizations,
                bottleneck(utilizations, saturated));
    }

    @GuardedBy("lock")
    private Map<String, Double> readSaturations() {
        Map<String, Double> utilizations = new HashMap<>();
        for (Saturation saturation : saturations) {
            try {
                double utilization = saturation.utilization();
                if (Double.isFinite(utilization)) {
                    utilizations.put(saturation.name(), Math.max(0, utilization));
                }
            } catch (RuntimeException e) {
                if (!saturationFailed) {
                    saturationFailed = true;
                    LOG.warn(
                            "Saturation source {} failed and counts as unknown; this is logged once",
                            saturation.name(),
                            e);
                }
            }
        }
        return utilizations;
    }

    private static String bottleneck(Map<String, Double> utilizations, boolean saturated) {
        return utilizations.entrySet().stream()
                .filter(entry -> entry.getValue() >= BUSY)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(saturated ? "limit" : "none");
    }

    @GuardedBy("lock")
    private double mean(int last) {
        int count = Math.min(last, loadCount);
        double sum = 0;
        for (int i = 1; i <= count; i++) {
            sum += loads[(loadCount - i) % LONG_MEAN];
        }
        return sum / count;
    }

    private SignalSnapshot with(SignalSnapshot old, Validity validity) {
        return new SignalSnapshot(
                clock.instant(),
                availability.lastChange(),
                validity,
                validity == Validity.VALID ? old.load() : Double.NaN,
                old.demand(),
                old.capacity(),
                old.arrivalRate(),
                limiter.limit(),
                old.limitReason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                old.stats(),
                old.routes(),
                old.saturations(),
                old.bottleneck());
    }

    private SignalSnapshot idle(Validity validity) {
        return new SignalSnapshot(
                clock.instant(),
                availability.lastChange(),
                validity,
                Double.NaN,
                0,
                Double.NaN,
                0,
                limiter.limit(),
                limiter.lastDecision().reason(),
                limiter.isEnforcing(),
                limiter.inFlight(),
                LimiterStats.ZERO,
                List.of(),
                Map.of(),
                "none");
    }

    /** Builds signals. Not thread-safe. */
    public static final class Builder {
        private final ConcurrencyLimiter limiter;
        private final Availability availability;
        private final Heartbeat heartbeat;
        private final List<Saturation> saturations = new ArrayList<>();
        private InstantSource clock = InstantSource.system();

        private Builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
            this.limiter = limiter;
            this.availability = availability;
            this.heartbeat = heartbeat;
        }

        /** Adds a local resource beside the CPU. */
        public Builder saturation(Saturation saturation) {
            saturations.add(saturation);
            return this;
        }

        /** Sets what stamps the snapshots. Default: the system's clock. */
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
