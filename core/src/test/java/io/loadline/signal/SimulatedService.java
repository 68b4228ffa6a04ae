/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.ManualClock;
import io.loadline.availability.Availability;
import io.loadline.internal.ProcessCpu;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimitAlgorithm;
import io.loadline.limit.LimitDecision;
import io.loadline.limit.LimitWindow;
import io.loadline.limit.Permit;
import io.loadline.limit.Route;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A service of ten workers, a limit of ten and calls of 100 ms: it sustains 100 calls a second, which keep 10 in flight.
 * Time goes by hand, one beat of 100 ms after the other.
 */
public final class SimulatedService {
    public static final int WORKERS = 10;
    private static final String OTHER = "other";

    public final ManualTicker ticker = new ManualTicker();
    public final Heartbeat heartbeat = Heartbeat.create(ticker);
    public final ManualClock clock = new ManualClock();
    public final Availability availability = Availability.create(clock);
    public final ConcurrencyLimiter limiter;
    public final LoadSignal signal;
    public final List<SignalSnapshot> snapshots = new CopyOnWriteArrayList<>();

    /** The utilization of the resource {@code workers}. */
    public double utilization = 0.3;

    /** What the collector has counted. */
    GcPauses.Counts pauses = new GcPauses.Counts(0, 0);

    /** How many beats a call takes. */
    public int beatsPerCall = 1;

    /** Whether the limiter takes the latencies it sees as its baselines. */
    public boolean adoptLatency;

    /** Whether the workers, not the limit, are what calls wait for. */
    public boolean workersAreFew;

    /** How often clients try what is refused, and say so. */
    public int attempts = 1;

    /** Which attempt at something else the first of these is. */
    public int firstAttempt = 1;

    private final Deque<Call> running = new ArrayDeque<>();
    private long beats;
    private final Map<Route, Double> due = new HashMap<>();

    public SimulatedService() {
        this(builder -> {});
    }

    public SimulatedService(Consumer<LoadSignal.Builder> configure) {
        this(limiterBuilder -> {}, configure);
    }

    public SimulatedService(
            Consumer<ConcurrencyLimiter.Builder> configureLimiter, Consumer<LoadSignal.Builder> configure) {
        ConcurrencyLimiter.Builder limiterBuilder = ConcurrencyLimiter.builder("simulated")
                .algorithm(TenCalls::new)
                .cpuUtilization(() -> Double.NaN)
                .ticker(ticker);
        configureLimiter.accept(limiterBuilder);
        this.limiter = limiterBuilder.build();
        heartbeat.listen(beat -> limiter.beat());
        LoadSignal.Builder builder = LoadSignal.builder(limiter, availability, heartbeat)
                .clock(clock)
                .executor(Runnable::run)
                .own(new OwnResources(
                        Path.of("no-such-machine"),
                        ticker,
                        new ProcessCpu(ticker.read(), Path.of("no-such-machine"), () -> 0),
                        new GcPauses(ticker, () -> pauses),
                        new AllocationRate(ticker, () -> -1)))
                .saturation(Saturation.of("workers", () -> utilization));
        configure.accept(builder);
        this.signal = builder.build();
        signal.listen(snapshots::add);
    }

    @CanIgnoreReturnValue
    public SimulatedService ready() {
        assertThat(availability.ready("arranged")).isTrue();
        return this;
    }

    /** Offers {@code perSecond} calls a second, evenly, for {@code duration}. */
    public void offer(double perSecond, Duration duration) {
        offer(Map.of(OTHER, perSecond), duration);
    }

    /** The same of several routes at once. */
    public void offer(Map<String, Double> perSecond, Duration duration) {
        for (Duration left = duration; !left.isZero(); left = left.minus(Heartbeat.PERIOD)) {
            ticker.advance(Heartbeat.PERIOD);
            clock.advance(Heartbeat.PERIOD);
            beats++;
            arrive(perSecond);
            heartbeat.beat();
        }
    }

    /** Offers calls without a beat: the process runs but its heartbeat does not. */
    public void offerWithoutBeats(double perSecond, Duration duration) {
        for (Duration left = duration; !left.isZero(); left = left.minus(Heartbeat.PERIOD)) {
            ticker.advance(Heartbeat.PERIOD);
            beats++;
            arrive(Map.of(OTHER, perSecond));
        }
    }

    private void arrive(Map<String, Double> perSecond) {
        int ended = 0;
        while (!running.isEmpty() && running.getFirst().endsAtBeat <= beats && !(workersAreFew && ended == WORKERS)) {
            running.removeFirst().permit.success();
            ended++;
        }
        perSecond.forEach(
                (name, calls) -> arrive(name.equals(OTHER) ? limiter.otherRoute() : limiter.route(name), calls / 10));
    }

    private void arrive(Route route, double calls) {
        double left = due.getOrDefault(route, 0.0) + calls;
        for (; left > 1e-9; left--) {
            Permit permit = null;
            for (int attempt = 0; permit == null && attempt < attempts; attempt++) {
                permit = limiter.tryAcquire(route, CallContext.NONE.attempt(firstAttempt + attempt));
            }
            if (permit != null) {
                running.add(new Call(permit, beats + beatsPerCall));
            }
        }
        due.put(route, left);
    }

    public double load() {
        return signal.snapshot().load();
    }

    public void enforce(Enforcement enforcement) {
        limiter.enforcement(enforcement);
    }

    private record Call(Permit permit, long endsAtBeat) {
        Call {
            Objects.requireNonNull(permit);
        }
    }

    /** A fixed limit whose baselines follow when they are told to. */
    private final class TenCalls implements LimitAlgorithm {
        @Override
        public int initialLimit() {
            return WORKERS;
        }

        @Override
        public boolean isComplete(LimitWindow window) {
            return window.samples() >= 20
                    || window.durationNanos() >= Duration.ofSeconds(3).toNanos();
        }

        @Override
        public LimitDecision decide(LimitWindow window) {
            return new LimitDecision(WORKERS, "fixed", adoptLatency);
        }
    }
}
