/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The limiter: one {@link AdmissionWord} for admission, {@link Admittance} as the way to it, {@link StripedStats} for what
 * was seen, {@link LimitControl} with the algorithm.
 */
final class DefaultConcurrencyLimiter implements ConcurrencyLimiter {
    /*
     * Release: in-flight goes down first, then the sample is recorded, so that nothing that goes wrong in statistics
     * can leak a call; then it is the turn of who waits, see WaitQueue. Statistics are collected by the beat; the algorithm,
     * and everything that may be slow or throw, runs there and never on a caller's thread.
     */
    private final String name;
    private final FailureOutcomes failures;
    private final BooleanSupplier droppedCounts;
    private final Optional<Duration> slo;
    private final AdmissionWord word;
    private final WhenIdle whenIdle;
    private final StripedStats stats;
    private final RouteGroups groups;
    private final RouteTable routes;
    private final Streams streams;
    private final Admittance admittance;
    private final Waiting waiting;
    private final LimitControl control;

    DefaultConcurrencyLimiter(Builder builder) {
        this.name = builder.name;
        this.failures = new FailureOutcomes(builder.outcomeOf, builder.onFailure);
        this.droppedCounts = builder.droppedCounts;
        this.slo = builder.sloNanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(builder.sloNanos));
        LimitAlgorithm algorithm = builder.algorithm.get();
        boolean warm = algorithm.isWarm();
        this.word = new AdmissionWord(LimitControl.clamp(algorithm.initialLimit()));
        this.whenIdle = new WhenIdle(name, word);
        this.stats = new StripedStats(
                builder.maxRoutes,
                Math.max(8, Math.min(64, 4 * Runtime.getRuntime().availableProcessors())),
                builder.sloNanos);
        this.groups = new RouteGroups(word, warm, this::handOver);
        builder.routeLimits.forEach(limits -> limits.accept(groups));
        this.routes = new RouteTable(this, builder.maxRoutes, groups::of);
        AdmissionListener listener = AdmissionListeners.of(builder.listeners);
        this.streams = new Streams(stats, word::streams, this::enforcement, listener, builder.maxStreams);
        this.admittance =
                new Admittance(builder.ticker, word, groups, stats, whenIdle, listener, builder.enforcement, warm);
        this.waiting = new Waiting(this, admittance, word, builder.maxWaiters, builder.background);
        this.control = new LimitControl(builder, algorithm, word, groups, routes, stats, admittance);
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
    public @Nullable Permit tryAcquire(Route route, CallContext context) {
        checkOwner(route);
        long ticket = admittance.admit(route, context, false);
        return Ticket.isRefusal(ticket) ? null : permit(ticket, route);
    }

    Permit permit(long ticket, Route route) {
        try {
            return new Permit(this, route, ticket);
        } catch (Error outOfMemory) {
            release(ticket, route, Outcome.IGNORED);
            throw outOfMemory;
        }
    }

    @Override
    public Permit acquire(Route route, CallContext context, Duration atMost) throws InterruptedException {
        checkOwner(route);
        return permit(waiting.acquireTicket(route, context, atMost), route);
    }

    @Override
    public CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost) {
        checkOwner(route);
        return waiting.acquireAsync(route, context, atMost);
    }

    @Override
    public CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost, Executor executor) {
        checkOwner(route);
        return waiting.acquireAsync(route, context, atMost, Objects.requireNonNull(executor, "executor"));
    }

    @Override
    public long tryAcquireTicket(Route route, CallContext context) {
        checkOwner(route);
        long ticket = admittance.admit(route, context, false);
        return Ticket.isRefusal(ticket) ? REFUSED : ticket;
    }

    @Override
    public long acquireTicket(Route route, CallContext context) {
        checkOwner(route);
        long ticket = admittance.admit(route, context, false);
        if (Ticket.isRefusal(ticket)) {
            throw RejectedException.of(Ticket.reason(ticket));
        }
        return ticket;
    }

    @Override
    public void release(long ticket, Route route, Outcome outcome) {
        release(ticket, route, outcome, null);
    }

    @Override
    public void release(long ticket, Route route, Outcome outcome, @Nullable RequestTiming timing) {
        checkOwner(route);
        if (outcome == Outcome.SUCCESS && Ticket.isPlain(ticket)) {
            releasePlain(route);
            return;
        }
        checkArgument(ticket != REFUSED, "REFUSED is not a ticket");
        Objects.requireNonNull(outcome, "outcome");
        if (Ticket.isStream(ticket)) {
            endStream();
            return;
        }
        boolean outside = Ticket.isOutside(ticket);
        RouteGroup group = Ticket.isGrouped(ticket) ? route.group() : null;
        int released = group == null ? word.release(outside) : group.release();
        try {
            long rttNanos = -1;
            long waitedNanos = 0;
            if (Ticket.isTimed(ticket) && outcome == Outcome.SUCCESS) {
                long now = admittance.now();
                rttNanos = Ticket.ageNanos(ticket, now);
                if (timing != null) {
                    waitedNanos = admittance.waitedNanos(timing, now, rttNanos);
                }
            }
            int field = switch (outcome) {
                case SUCCESS -> StripedStats.SUCCEEDED;
                case IGNORED -> StripedStats.IGNORED;
                case DROPPED ->
                    // What a dependency refuses says nothing of the capacity here.
                    !Admittance.hasDownstreamFailed(timing) && droppedCounts.getAsBoolean()
                            ? StripedStats.DROPPED
                            : StripedStats.IGNORED;
            };
            boolean shadowed = Ticket.isOutsideLimit(ticket);
            stats.end(route.index, field, shadowed, Ticket.isLow(ticket), rttNanos, waitedNanos, route.cutNanos());
            if (outside && !shadowed) {
                stats.count(
                        route.index,
                        Ticket.isOutsideDeadline(ticket) ? StripedStats.SHADOW_EXPIRED : StripedStats.SHADOW_CAPPED);
            }
        } finally {
            if (released != AdmissionWord.RELEASED) {
                tellOfRelease(released);
            }
        }
    }

    /** {@link #release} of most calls: what it would do, and nothing else. */
    private void releasePlain(Route route) {
        int released = word.release(false);
        try {
            stats.count(route.index, StripedStats.SUCCEEDED);
        } finally {
            if (released != AdmissionWord.RELEASED) {
                tellOfRelease(released);
            }
        }
    }

    private void tellOfRelease(int released) {
        if (released == AdmissionWord.RELEASED_LAST) {
            whenIdle.tell();
        } else {
            waiting.handOver();
        }
    }

    private void handOver() {
        waiting.handOver();
    }

    @Override
    public RequestTiming beginTiming() {
        return admittance.beginTiming();
    }

    @Override
    public Duration age(long ticket) {
        return Duration.ofNanos(Ticket.ageNanos(ticket, admittance.now()));
    }

    @Override
    public long stream(long ticket, Route route) {
        checkOwner(route);
        checkArgument(ticket != REFUSED, "REFUSED is not a ticket");
        if (Ticket.isStream(ticket)) {
            return ticket;
        }
        if (!beginStream()) {
            return REFUSED;
        }
        release(ticket, route, Outcome.IGNORED);
        return Ticket.asStream(ticket);
    }

    /** Begins what a stream's ticket ends; before the call itself is released, or a drain could end between the two. */
    boolean beginStream() {
        if (!streams.tryBegin()) {
            return false;
        }
        word.beginStream();
        return true;
    }

    void endStream() {
        int released = word.endStream();
        streams.end();
        if (released != AdmissionWord.RELEASED) {
            tellOfRelease(released);
        }
    }

    @Override
    public Streams streams() {
        return streams;
    }

    @Override
    public void limits(String limitedName, RouteLimits limits) {
        routes.join(groups.limits(limitedName, limits, List.of()));
        waiting.handOver();
    }

    @Override
    public Map<String, RouteLimits> limits() {
        return groups.limits();
    }

    @Override
    public LimiterSettings settings() {
        return new LimiterSettings(
                enforcement(), control.bounds(), waiting.configuredMax(), streams.max(), groups.limits());
    }

    @Override
    public void settings(LimiterSettings changed) {
        routes.join(control.change(changed, waiting, streams));
        waiting.handOver();
    }

    @Override
    public <T extends @Nullable Object> T call(Route route, CallContext context, Callable<T> action) throws Exception {
        checkOwner(route);
        long ticket = admittance.admit(route, context, false);
        if (Ticket.isRefusal(ticket)) {
            // Here and not a method further down: an exception that leaves a compiled method costs ten times the
            // refusal.
            throw RejectedException.of(Ticket.reason(ticket));
        }
        return run(ticket, route, context, action);
    }

    @Override
    public <T extends @Nullable Object> T call(Route route, CallContext context, Duration atMost, Callable<T> action)
            throws Exception {
        checkOwner(route);
        return run(waiting.acquireTicket(route, context, atMost), route, context, action);
    }

    private <T extends @Nullable Object> T run(long ticket, Route route, CallContext context, Callable<T> action)
            throws Exception {
        Outcome outcome = Outcome.IGNORED;
        // Of a call within another one: what failed that before does not excuse this.
        RequestTiming timing = Admittance.hasDownstreamFailed(context.timing()) ? null : context.timing();
        try {
            T result = within(context, action);
            outcome = Outcome.SUCCESS;
            return result;
        } catch (Throwable e) {
            outcome = failures.of(e);
            throw e;
        } finally {
            release(ticket, route, outcome, timing);
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
            Route route, CallContext context, Supplier<? extends CompletionStage<T>> action) {
        checkOwner(route);
        long ticket = admittance.admit(route, context, false);
        return Ticket.isRefusal(ticket)
                ? CompletableFuture.failedFuture(RejectedException.of(Ticket.reason(ticket)))
                : start(permit(ticket, route), context, action);
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, CallContext context, Duration atMost, Supplier<? extends CompletionStage<T>> action) {
        checkOwner(route);
        return waiting.callAsync(route, context, atMost, action);
    }

    <T extends @Nullable Object> CompletionStage<T> start(
            Permit permit, CallContext context, Supplier<? extends CompletionStage<T>> action) {
        try {
            // A stage of its own for the caller: if that is cancelled, what depends on the action's stage is still
            // called, whereas the stage that whenComplete returns forgets its callback when somebody completes it.
            return within(context, action::get)
                    .whenComplete((result, failure) ->
                            permit.end(failure == null ? Outcome.SUCCESS : failures.of(failure), context.timing()))
                    .thenApply(Function.identity());
        } catch (Exception e) {
            permit.end(failures.of(e), context.timing());
            return CompletableFuture.failedFuture(e);
        } catch (Error e) {
            permit.end(failures.of(e), context.timing());
            throw e;
        }
    }

    @Override
    public Outcome outcomeOf(Throwable failure) {
        return failures.of(failure);
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
        return control.lastDecision();
    }

    @Override
    public Enforcement enforcement() {
        return admittance.enforcement();
    }

    @Override
    public void enforcement(Enforcement changed) {
        control.enforcement(changed);
        waiting.handOver();
    }

    @Override
    public boolean isEnforcing() {
        return admittance.effective() == Enforcement.ENFORCE;
    }

    @Override
    public boolean isWarm() {
        return control.isWarm();
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
        whenIdle.listener(listener);
        boolean idle = groups.closed(true);
        waiting.handOver();
        if (idle) {
            whenIdle.tell();
        }
    }

    @Override
    public void resume() {
        whenIdle.listener(null);
        boolean unused = groups.closed(false);
        waiting.handOver();
    }

    @Override
    public LimiterStats stats() {
        return control.stats();
    }

    @Override
    public LimiterStats stats(Route route) {
        checkOwner(route);
        return control.stats(route);
    }

    @Override
    public Map<Route, LimiterStats> statsByRoute() {
        return control.statsByRoute();
    }

    @Override
    public Map<Criticality, CriticalityStats> statsByCriticality() {
        return admittance.priorities().stats();
    }

    @Override
    public WaitingStats waiting() {
        return waiting.stats();
    }

    void useCriticality() {
        admittance.priorities().useForGood();
    }

    @Override
    public Optional<Duration> slo() {
        return slo;
    }

    @Override
    public SloCounts sloCounts(Route route) {
        checkOwner(route);
        return control.sloCounts(route);
    }

    @Override
    public Map<Route, SloCounts> sloCountsByRoute() {
        return control.sloCountsByRoute();
    }

    @Override
    public void beat() {
        control.beat();
        waiting.beat();
    }

    @Override
    public void stalled(Duration duration) {
        control.stalled(duration);
    }

    private void checkOwner(Route route) {
        if (route.owner != this) {
            throw new IllegalArgumentException("route '" + route + "' belongs to another limiter than " + name);
        }
    }
}
