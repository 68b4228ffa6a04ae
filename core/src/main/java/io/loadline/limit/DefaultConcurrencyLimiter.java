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
     * Ticket: (nanoseconds since this limiter was built << 6) | flags. VALID keeps it from being 0. The 58 bits that
     * remain, one of them for the sign, last for 4.6 years, and then begin anew: ages are differences of shifted times,
     * which are right for calls of any process if they themselves run for less. An untimed ticket carries the time of the
     * last beat instead of a reading of the clock, since two readings cost more than everything else on this path.
     *
     * GROUPED says that the call is counted by its route's group, which gives its place back, see RouteGroup. A call
     * OUTSIDE the limit is counted by no group; two further bits say what it is beyond, or that it is no call any more but
     * a stream.
     *
     * What admit() returns without VALID is no ticket: it is the reason of the refusal, one bit to the left.
     *
     * Release: in-flight goes down first, then the sample is recorded, so that nothing that goes wrong in statistics
     * can leak a call. Statistics are collected by the beat; the algorithm, and everything that may be slow or throw,
     * runs there and never on a caller's thread.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    private static final int FLAG_BITS = 6;
    private static final int FLAGS = (1 << FLAG_BITS) - 1;
    private static final int VALID = 1;
    private static final int TIMED = 2;
    private static final int LOW = 4;
    private static final int OUTSIDE = 8;
    private static final int GROUPED = 16;
    private static final int OUTSIDE_BECAUSE = OUTSIDE | 16 | 32;
    private static final int OUTSIDE_LIMIT = OUTSIDE;
    private static final int OUTSIDE_CAP = OUTSIDE | 32;
    private static final int STREAM = OUTSIDE | 16 | 32;

    private static final RejectionReason[] REASONS = RejectionReason.values();
    private static final long LOG_PAUSE_NANOS = 60_000_000_000L;

    private final String name;
    private final Ticker ticker;
    private final long originNanos;
    private final Function<? super Throwable, Outcome> outcomeOf;
    private final Consumer<? super Throwable> onFailure;
    private final BooleanSupplier droppedCounts;
    private final DoubleSupplier cpuUtilization;
    private final AdmissionWord word;
    private final RouteGroups groups;
    private final Streams streams;
    private final LimiterEvents events;
    private final StripedStats stats;
    private final RouteTable routes;
    private final LimitAlgorithm algorithm;
    private final PriorityThreshold priorities;
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
        this.priorities = new PriorityThreshold(word, originNanos);
        this.lastDecision = LimitDecision.of(initial, "initial limit");
        this.enforcement = builder.enforcement;
        this.warm = algorithm.isWarm();
        this.effective = effective(builder.enforcement);
        this.groups = new RouteGroups(word, warm);
        builder.routeLimits.forEach(limits -> limits.accept(groups));
        this.routes = new RouteTable(this, builder.maxRoutes, groups::of);
        this.stats = new StripedStats(
                builder.maxRoutes,
                Math.max(8, Math.min(64, 4 * Runtime.getRuntime().availableProcessors())));
        this.streams = new Streams(stats, word::streams, this::enforcement, builder.maxStreams);
        this.collector = new Collector(stats, routes, word);
        this.events = LimiterEvents.of(name);
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
        return permit(admit(route, CallContext.NONE), route);
    }

    @Override
    public @Nullable Permit tryAcquire(Route route, CallContext context) {
        return permit(admit(route, context), route);
    }

    private @Nullable Permit permit(long ticket, Route route) {
        if (isRefusal(ticket)) {
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
        return tryAcquireTicket(route, CallContext.NONE);
    }

    @Override
    public long tryAcquireTicket(Route route, CallContext context) {
        long ticket = admit(route, context);
        return isRefusal(ticket) ? REFUSED : ticket;
    }

    @Override
    public long acquireTicket(Route route, CallContext context) {
        long ticket = admit(route, context);
        if (isRefusal(ticket)) {
            throw RejectedException.of(reason(ticket));
        }
        return ticket;
    }

    /** A ticket or a refusal. */
    private long admit(Route route, CallContext context) {
        checkOwner(route);
        RouteGroup group = route.group();
        int admitted;
        if (context != CallContext.NONE || priorities.inUse()) {
            admitted = tryAcquireJudged(route, group, context);
        } else {
            admitted = tryAcquire(group, effective);
        }
        if (admitted < 0) {
            return refuse(route, admitted);
        }
        int flags = group == null ? VALID : VALID | GROUPED;
        if (admitted == AdmissionWord.ADMITTED_LOW) {
            flags |= LOW;
        } else if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
            flags = VALID | OUTSIDE_LIMIT;
        } else if (admitted == RouteGroup.ADMITTED_OUTSIDE_CAP) {
            flags = VALID | OUTSIDE_CAP;
        }
        if (stats.isSampled(sampleMask)) {
            return (now() << FLAG_BITS) | flags | TIMED;
        }
        return (beatNanos << FLAG_BITS) | flags;
    }

    private int tryAcquire(@Nullable RouteGroup group, Enforcement mode) {
        return group == null ? word.tryAcquire(mode) : group.tryAcquire(mode, enforcement);
    }

    /** What a group is guaranteed is nobody else's, however much these matter: its share comes before the threshold. */
    private int tryAcquireJudged(Route route, @Nullable RouteGroup group, CallContext context) {
        Enforcement mode = effective;
        int judged = priorities.judgeTime(route, context, mode);
        if (judged != PriorityThreshold.PASSED) {
            return judged;
        }
        if (group != null) {
            int own = group.tryAcquireOwn(enforcement);
            if (own != RouteGroup.COMMON) {
                priorities.countOwn(route, context, own);
                return own;
            }
        }
        int admitted = priorities.judge(route, context, mode, false);
        if (admitted == PriorityThreshold.PASSED) {
            admitted = tryAcquire(group, mode);
        } else if (admitted == PriorityThreshold.BEYOND) {
            admitted = word.tryAcquireOutside();
        }
        priorities.count(route, context, admitted);
        return admitted;
    }

    private long refuse(Route route, int refused) {
        RejectionReason reason = switch (refused) {
            case AdmissionWord.REFUSED_CLOSED -> RejectionReason.DRAINING;
            case RouteGroup.REFUSED_CAP -> RejectionReason.ROUTE_CAP;
            case PriorityThreshold.REFUSED_PRIORITY -> RejectionReason.PRIORITY;
            case PriorityThreshold.REFUSED_DEADLINE -> RejectionReason.DEADLINE;
            default -> RejectionReason.LIMIT;
        };
        switch (reason) {
            case DRAINING -> {
                stats.count(route.index, StripedStats.REFUSED);
                // A group may have taken the last place for a moment, and given it back when it could not have it.
                announceIdle();
            }
            case ROUTE_CAP -> stats.count(route.index, StripedStats.CAPPED);
            case LIMIT, PRIORITY -> stats.count(route.index, StripedStats.SHED);
            case DEADLINE -> {
                // What comes too late is no demand: more capacity would not serve it.
            }
        }
        return (long) reason.ordinal() << 1;
    }

    private static boolean isRefusal(long ticket) {
        return (ticket & VALID) == 0;
    }

    private static RejectionReason reason(long refusal) {
        return REASONS[(int) (refusal >> 1)];
    }

    void useCriticality() {
        priorities.use();
    }

    @Override
    public void release(long ticket, Route route, Outcome outcome) {
        checkOwner(route);
        checkArgument(ticket != REFUSED, "REFUSED is not a ticket");
        Objects.requireNonNull(outcome, "outcome");
        if (isStream(ticket)) {
            endStream();
            return;
        }
        boolean outside = (ticket & OUTSIDE) != 0;
        RouteGroup group = outside || (ticket & GROUPED) == 0 ? null : route.group();
        boolean idle = group == null ? word.release(outside) : group.release();
        long rttNanos = -1;
        if ((ticket & TIMED) != 0 && outcome == Outcome.SUCCESS) {
            rttNanos = ageNanos(ticket);
        }
        try {
            int field = switch (outcome) {
                case SUCCESS -> StripedStats.SUCCEEDED;
                case IGNORED -> StripedStats.IGNORED;
                case DROPPED -> droppedCounts.getAsBoolean() ? StripedStats.DROPPED : StripedStats.IGNORED;
            };
            boolean shadowed = (ticket & OUTSIDE_BECAUSE) == OUTSIDE_LIMIT;
            stats.end(route.index, field, shadowed, (ticket & LOW) != 0, rttNanos, route.cutNanos());
            if (outside && !shadowed) {
                stats.count(route.index, StripedStats.SHADOW_CAPPED);
            }
        } finally {
            if (idle) {
                announceIdle();
            }
        }
    }

    @Override
    public Duration age(long ticket) {
        return Duration.ofNanos(ageNanos(ticket));
    }

    private long ageNanos(long ticket) {
        // The flags of now are all set, so that those of the ticket never borrow from its time.
        return Math.max(0, ((now() << FLAG_BITS | FLAGS) - ticket) >> FLAG_BITS);
    }

    @Override
    public long stream(long ticket, Route route) {
        checkOwner(route);
        checkArgument(ticket != REFUSED, "REFUSED is not a ticket");
        if (isStream(ticket)) {
            return ticket;
        }
        if (!beginStream(route)) {
            return REFUSED;
        }
        release(ticket, route, Outcome.IGNORED);
        return asStream(ticket);
    }

    boolean isStream(long ticket) {
        return (ticket & OUTSIDE_BECAUSE) == STREAM;
    }

    long asStream(long ticket) {
        return ticket | STREAM;
    }

    /** Begins what {@link #asStream} ends; before the call itself is released, or a drain could end between the two. */
    boolean beginStream(Route route) {
        if (!streams.tryBegin(route)) {
            return false;
        }
        word.beginStream();
        return true;
    }

    void endStream() {
        boolean idle = word.endStream();
        streams.end();
        if (idle) {
            announceIdle();
        }
    }

    @Override
    public Streams streams() {
        return streams;
    }

    @Override
    public void limits(String limitedName, RouteLimits limits) {
        routes.join(groups.limits(limitedName, limits, List.of()));
    }

    @Override
    public Map<String, RouteLimits> limits() {
        return groups.limits();
    }

    @Override
    public <T extends @Nullable Object> T call(Route route, Callable<T> action) throws Exception {
        return call(route, CallContext.NONE, action);
    }

    @Override
    public <T extends @Nullable Object> T call(Route route, CallContext context, Callable<T> action) throws Exception {
        long ticket = acquireTicket(route, context);
        Outcome outcome = Outcome.IGNORED;
        try {
            T result = within(context, action);
            outcome = Outcome.SUCCESS;
            return result;
        } catch (Throwable e) {
            outcome = classify(e);
            throw e;
        } finally {
            release(ticket, route, outcome);
        }
    }

    @SuppressWarnings("try")
    private static <T extends @Nullable Object> T within(CallContext context, Callable<T> action) throws Exception {
        if (context == CallContext.NONE) {
            return action.call();
        }
        try (CallContext.Scope scope = context.open()) {
            return action.call();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, Supplier<? extends CompletionStage<T>> action) {
        return callAsync(route, CallContext.NONE, action);
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, CallContext context, Supplier<? extends CompletionStage<T>> action) {
        long ticket = admit(route, context);
        Permit permit = permit(ticket, route);
        if (permit == null) {
            return CompletableFuture.failedFuture(RejectedException.of(reason(ticket)));
        }
        try {
            // A stage of its own for the caller: if that is cancelled, what depends on the action's stage is still
            // called, whereas the stage that whenComplete returns forgets its callback when somebody completes it.
            return within(context, action::get)
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
    public RejectionReason rejectionReason(Route route) {
        checkOwner(route);
        RouteGroup group = route.group();
        return group != null && group.isFull() && !word.closed() ? RejectionReason.ROUTE_CAP : rejectionReason();
    }

    @Override
    public void refuseAll(Runnable listener) {
        whenIdle.set(listener);
        if (groups.closed(true)) {
            announceIdle();
        }
    }

    @Override
    public void resume() {
        whenIdle.set(null);
        boolean unused = groups.closed(false);
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
    public Map<Criticality, CriticalityStats> statsByCriticality() {
        return priorities.stats();
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
    public void beat() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            long now = now();
            beatNanos = now;
            groups.beat();
            collector.collect(now);
            events.refusals(routes.all(), collector);
            sampleMask = collector.sampleMask(now);
            priorities.beat(now);
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
            events.stalled(duration);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void decide(long now) {
        LimitWindow window = collector.window(now, cpuUtilization());
        LimitDecision decision = algorithm.decide(window);
        int limit = clamp(decision.limit());
        warm = algorithm.isWarm();
        int before = word.limit();
        groups.limit(limit, warm);
        if (limit != before) {
            events.limitChanged(before, limit, decision.reason());
            lastDecision = new LimitDecision(limit, decision.reason(), decision.adoptLatency());
        }
        if (decision.adoptLatency()) {
            collector.adoptInto(baselines, window.stretch());
        } else {
            collector.learnInto(baselines, now, window.binding());
        }
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
