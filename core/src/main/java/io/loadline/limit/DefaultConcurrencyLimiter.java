/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.internal.ProcessCpu;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The limiter: one {@link AdmissionWord} for admission, {@link StripedStats} for what was seen, an algorithm. */
final class DefaultConcurrencyLimiter implements ConcurrencyLimiter {
    /*
     * Ticket: (nanoseconds since this limiter was built << 4) | flags. VALID keeps it from being 0, and 60 bits of
     * nanoseconds, one for the sign, last for 18 years. An untimed ticket carries the time of the last beat instead of a
     * reading of the clock, since two readings cost more than everything else on this path.
     *
     * Release: in-flight goes down first, then the sample is recorded, so that nothing that goes wrong in statistics
     * can leak a call. Statistics are collected by the beat; the algorithm, and everything that may be slow or throw,
     * runs there and never on a caller's thread.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    private static final int FLAG_BITS = 4;
    private static final int VALID = 1;
    private static final int TIMED = 2;
    private static final int LOW = 4;
    private static final int OUTSIDE = 8;

    private static final long LOG_PAUSE_NANOS = 60_000_000_000L;

    private final String name;
    private final Ticker ticker;
    private final long originNanos;
    private final Function<? super Throwable, Outcome> outcomeOf;
    private final Consumer<? super Throwable> onFailure;
    private final BooleanSupplier droppedCounts;
    private final DoubleSupplier cpuUtilization;
    private final AdmissionWord word;
    private final StripedStats stats;
    private final RouteTable routes;
    private final LimitAlgorithm algorithm;
    private final AtomicReference<@Nullable Runnable> whenIdle = new AtomicReference<>();

    /** Set by whoever configures; read by the beat and the getter. */
    private volatile Enforcement enforcement;

    /** {@link #enforcement}, but OFF until the algorithm is warm. Written by setter and beat, read by every acquire. */
    private volatile Enforcement effective;

    /** Nanoseconds since the origin at the last beat. Written by the beat, read by untimed acquires; 100 ms stale. */
    private volatile long beatNanos;

    /** Whether the algorithm is warm. Written by the beat, read by anybody; a beat stale. */
    private volatile boolean warm;

    /** One of this + 1 calls is timed. Written by the beat, read by every acquire; staleness costs only precision. */
    private volatile int sampleMask;

    /** Written by the beat, read by anybody. */
    private volatile LimitDecision lastDecision;

    /** Guards everything below: what the beat collects. Never held while a caller's code runs, but the algorithm's. */
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Collector collector;

    @GuardedBy("lock")
    private final Baselines baselines;

    @GuardedBy("lock")
    private long shedLogged;

    @GuardedBy("lock")
    private long shedLoggedNanos = -LOG_PAUSE_NANOS;

    @GuardedBy("lock")
    private boolean algorithmFailed;

    @GuardedBy("lock")
    private boolean cpuFailed;

    DefaultConcurrencyLimiter(Builder builder) {
        this.name = builder.name;
        this.ticker = builder.ticker;
        this.originNanos = ticker.read();
        this.outcomeOf = builder.outcomeOf;
        this.onFailure = builder.onFailure;
        this.droppedCounts = builder.droppedCounts;
        this.algorithm = builder.algorithm.get();
        int initial = clamp(algorithm.initialLimit());
        this.word = new AdmissionWord(initial);
        this.lastDecision = LimitDecision.of(initial, "initial limit");
        this.enforcement = builder.enforcement;
        this.warm = algorithm.isWarm();
        this.effective = effective(builder.enforcement);
        this.routes = new RouteTable(this, builder.maxRoutes);
        this.stats = new StripedStats(
                builder.maxRoutes,
                Math.max(8, Math.min(64, 4 * Runtime.getRuntime().availableProcessors())),
                builder.sloNanos);
        this.collector = new Collector(stats, routes, word);
        this.baselines = new Baselines(builder.maxRoutes, builder.tuning);
        this.cpuUtilization = builder.cpuUtilization == null ? processCpu(ticker) : builder.cpuUtilization;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Route route(String routeName) {
        return routes.get(routeName);
    }

    @Override
    public Route otherRoute() {
        return routes.other();
    }

    @Override
    public List<Route> routes() {
        return routes.all();
    }

    @Override
    public @Nullable Permit tryAcquire(Route route) {
        long ticket = tryAcquireTicket(route);
        if (ticket == REFUSED) {
            return null;
        }
        try {
            return new Permit(this, route, ticket);
        } catch (Error outOfMemory) {
            release(ticket, route, Outcome.IGNORED);
            throw outOfMemory;
        }
    }

    @Override
    public long tryAcquireTicket(Route route) {
        checkOwner(route);
        // Before the word: the less there is between taking its cache line and giving it away, the better.
        boolean timed = stats.isSampled(sampleMask);
        int admitted = word.tryAcquire(effective);
        if (admitted < 0) {
            stats.count(
                    route.index, admitted == AdmissionWord.REFUSED_CLOSED ? StripedStats.REFUSED : StripedStats.SHED);
            return REFUSED;
        }
        int flags = VALID;
        if (admitted == AdmissionWord.ADMITTED_LOW) {
            flags |= LOW;
        } else if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
            flags |= OUTSIDE;
        }
        if (timed) {
            return (now() << FLAG_BITS) | flags | TIMED;
        }
        return (beatNanos << FLAG_BITS) | flags;
    }

    @Override
    public void release(long ticket, Route route, Outcome outcome) {
        checkOwner(route);
        checkArgument(ticket != REFUSED, "REFUSED is not a ticket");
        Objects.requireNonNull(outcome, "outcome");
        boolean outside = (ticket & OUTSIDE) != 0;
        boolean idle = word.release(outside);
        long rttNanos = -1;
        if ((ticket & TIMED) != 0 && outcome == Outcome.SUCCESS) {
            rttNanos = Math.max(0, now() - (ticket >> FLAG_BITS));
        }
        try {
            int field = switch (outcome) {
                case SUCCESS -> StripedStats.SUCCEEDED;
                case IGNORED -> StripedStats.IGNORED;
                case DROPPED -> droppedCounts.getAsBoolean() ? StripedStats.DROPPED : StripedStats.IGNORED;
            };
            stats.end(route.index, field, outside, (ticket & LOW) != 0, rttNanos, route.cutNanos());
        } finally {
            if (idle) {
                announceIdle();
            }
        }
    }

    @Override
    public Duration age(long ticket) {
        return Duration.ofNanos(Math.max(0, now() - (ticket >> FLAG_BITS)));
    }

    @Override
    public <T extends @Nullable Object> T call(Route route, Callable<T> action) throws Exception {
        long ticket = tryAcquireTicket(route);
        if (ticket == REFUSED) {
            throw RejectedException.of(rejectionReason());
        }
        Outcome outcome = Outcome.IGNORED;
        try {
            T result = action.call();
            outcome = Outcome.SUCCESS;
            return result;
        } catch (Throwable e) {
            outcome = classify(e);
            throw e;
        } finally {
            release(ticket, route, outcome);
        }
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, Supplier<? extends CompletionStage<T>> action) {
        Permit permit = tryAcquire(route);
        if (permit == null) {
            return CompletableFuture.failedFuture(RejectedException.of(rejectionReason()));
        }
        try {
            // A stage of its own for the caller: if that is cancelled, what depends on the action's stage is still
            // called, whereas the stage that whenComplete returns forgets its callback when somebody completes it.
            return action.get()
                    .whenComplete(
                            (result, failure) -> permit.end(failure == null ? Outcome.SUCCESS : classify(failure)))
                    .thenApply(Function.identity());
        } catch (Exception e) {
            permit.end(classify(e));
            return CompletableFuture.failedFuture(e);
        } catch (Error e) {
            permit.end(classify(e));
            throw e;
        }
    }

    @Override
    public Outcome outcomeOf(Throwable failure) {
        return classify(failure);
    }

    @Override
    public int limit() {
        return word.limit();
    }

    @Override
    public int inFlight() {
        return word.running();
    }

    @Override
    public LimitDecision lastDecision() {
        return lastDecision;
    }

    @Override
    public Enforcement enforcement() {
        return enforcement;
    }

    @Override
    public void enforcement(Enforcement changed) {
        lock.lock();
        try {
            enforcement = changed;
            effective = effective(changed);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isEnforcing() {
        return effective == Enforcement.ENFORCE;
    }

    @Override
    public boolean isWarm() {
        return warm;
    }

    @Override
    public RejectionReason rejectionReason() {
        return word.closed() ? RejectionReason.DRAINING : RejectionReason.LIMIT;
    }

    @Override
    public void refuseAll(Runnable listener) {
        whenIdle.set(listener);
        if (word.closed(true)) {
            announceIdle();
        }
    }

    @Override
    public void resume() {
        whenIdle.set(null);
        boolean unused = word.closed(false);
    }

    @Override
    public LimiterStats stats() {
        lock.lock();
        try {
            collector.collect(now());
            return collector.total();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Map<Route, LimiterStats> statsByRoute() {
        lock.lock();
        try {
            collector.collect(now());
            Map<Route, LimiterStats> stats = new LinkedHashMap<>();
            for (Route route : routes.all()) {
                stats.put(route, collector.total(route));
            }
            return stats;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LimiterStats stats(Route route) {
        checkOwner(route);
        lock.lock();
        try {
            collector.collect(now());
            return collector.total(route);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SloCounts sloCounts(Route route) {
        checkOwner(route);
        lock.lock();
        try {
            collector.collect(now());
            return collector.sloCounts(route);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void beat() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            long now = now();
            beatNanos = now;
            collector.collect(now);
            sampleMask = collector.sampleMask(now);
            if (algorithm.isComplete(collector.window(now, Double.NaN))) {
                decide(now);
            }
            logShed(now);
        } catch (Throwable e) {
            if (!algorithmFailed) {
                algorithmFailed = true;
                LOG.warn(
                        "{}: {} failed; the limit stays at {}, and this is logged once",
                        name,
                        algorithm.getClass().getName(),
                        word.limit(),
                        e);
            }
            collector.beginWindow(now());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stalled(Duration duration) {
        lock.lock();
        try {
            collector.stalled(now());
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void decide(long now) {
        LimitWindow window = collector.window(now, cpuUtilization());
        LimitDecision decision = algorithm.decide(window);
        int limit = clamp(decision.limit());
        if (limit != word.limit()) {
            word.limit(limit);
            lastDecision = new LimitDecision(limit, decision.reason(), decision.adoptLatency());
        }
        if (decision.adoptLatency()) {
            collector.adoptInto(baselines, window.stretch());
        } else {
            collector.learnInto(baselines, now, window.binding());
        }
        warm = algorithm.isWarm();
        effective = effective(enforcement);
        collector.beginWindow(now);
    }

    /** Unknown if it cannot be read: a limiter that stood still for that would be worse than one that knows less. */
    @GuardedBy("lock")
    private double cpuUtilization() {
        try {
            return cpuUtilization.getAsDouble();
        } catch (Throwable e) {
            if (!cpuFailed) {
                cpuFailed = true;
                LOG.warn("{}: the CPU utilization cannot be read and counts as unknown; this is logged once", name, e);
            }
            return Double.NaN;
        }
    }

    @GuardedBy("lock")
    private void logShed(long now) {
        if (now - shedLoggedNanos < LOG_PAUSE_NANOS) {
            return;
        }
        long shed = collector.total().shed();
        if (shed > shedLogged) {
            LOG.warn(
                    "{}: refused {} calls for want of capacity since the last such line; limit {}, in flight {}",
                    name,
                    shed - shedLogged,
                    word.limit(),
                    word.running());
            shedLogged = shed;
            shedLoggedNanos = now;
        }
    }

    private void announceIdle() {
        Runnable listener = whenIdle.get();
        // Read before the word: between a release that emptied it and this line somebody may have resumed and refused
        // again, and the listener would be the new one, with calls in flight.
        if (listener != null && word.isClosedAndEmpty() && whenIdle.compareAndSet(listener, null)) {
            try {
                listener.run();
            } catch (Throwable e) {
                // The thread is that of a request which has nothing to do with the listener.
                LOG.warn(
                        "{}: listener {} failed when the limiter became idle",
                        name,
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    private Outcome classify(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        tell(cause);
        try {
            return Objects.requireNonNullElse(outcomeOf.apply(cause), Outcome.IGNORED);
        } catch (Throwable e) {
            // The call's own failure is what the caller must see, and the call must end whatever happens here.
            return Outcome.IGNORED;
        }
    }

    private void tell(Throwable failure) {
        try {
            onFailure.accept(failure);
        } catch (Throwable e) {
            // As above; and what the outcome is does not hang on who listens.
        }
    }

    /** Nanoseconds since this limiter was built. */
    private long now() {
        return ticker.read() - originNanos;
    }

    private void checkOwner(Route route) {
        if (route.owner != this) {
            throw new IllegalArgumentException("route '" + route + "' belongs to another limiter than " + name);
        }
    }

    static Outcome defaultOutcome(Throwable failure) {
        return failure instanceof TimeoutException
                        || failure instanceof RejectedException
                        || failure instanceof RejectedExecutionException
                ? Outcome.DROPPED
                : Outcome.IGNORED;
    }

    /** While the algorithm warms up nothing would be refused, so shadow mode must not say that it would. */
    private Enforcement effective(Enforcement wanted) {
        return warm ? wanted : Enforcement.OFF;
    }

    private static int clamp(int limit) {
        return Math.max(1, Math.min(MAX_LIMIT, limit));
    }

    private static DoubleSupplier processCpu(Ticker ticker) {
        ProcessCpu cpu = new ProcessCpu(ticker.read());
        return () -> cpu.read(ticker.read());
    }
}
