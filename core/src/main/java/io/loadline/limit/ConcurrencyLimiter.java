/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits calls up to a limit that a {@link LimitAlgorithm} moves. Thread-safe; admitting and releasing take no lock and,
 * by ticket or {@link #call}, allocate nothing.
 *
 * <p>Somebody must call {@link #beat()} about every 100 ms, or the limit never moves: {@code Loadline} does so for its
 * own limiter.
 */
public interface ConcurrencyLimiter {

    /** The largest limit there can be, in calls. */
    int MAX_LIMIT = AdmissionWord.MAX_LIMIT;

    /** What {@link #tryAcquireTicket} returns instead of a ticket. */
    long REFUSED = 0;

    /** A builder for a limiter; {@code name} appears in logs and explanations. */
    static Builder builder(String name) {
        return new Builder(name);
    }

    /** The name given to the builder. */
    String name();

    /**
     * The route named {@code name}, made at the first call. Beyond {@link Builder#maxRoutes} routes it is
     * {@link #otherRoute()}, so names that come from outside cannot make memory or meters grow; what is set there holds for
     * all that are it.
     */
    Route route(String name);

    /** The route for calls that have none of their own. */
    Route otherRoute();

    /** The routes made so far, {@link #otherRoute()} among them. */
    List<Route> routes();

    /** Admits a call of no particular route, or returns null at once. */
    default @Nullable Permit tryAcquire() {
        return tryAcquire(otherRoute());
    }

    /** Admits a call of {@code route}, or returns null at once. */
    default @Nullable Permit tryAcquire(Route route) {
        return tryAcquire(route, CallContext.NONE);
    }

    /** {@link #tryAcquire(Route)} for a call of which more is known. */
    @Nullable
    Permit tryAcquire(Route route, CallContext context);

    /**
     * Admits a call of {@code route}, and waits for that if it must; never if {@code atMost} is not positive. Waiting
     * blocks the thread, without pinning if it is virtual; it is no part of the call's latency. Nobody waits outside
     * {@link Enforcement#ENFORCE}.
     *
     * @throws RejectedException if it is refused, at once or after waiting in vain
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    default Permit acquire(Route route, Duration atMost) throws InterruptedException {
        return acquire(route, CallContext.NONE, atMost);
    }

    /**
     * {@link #acquire(Route, Duration)} for a call of which more is known: it waits no longer than an answer would still
     * come in time, and not at all if it matters less than what can be served.
     *
     * @throws RejectedException if it is refused, at once or after waiting in vain
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    Permit acquire(Route route, CallContext context, Duration atMost) throws InterruptedException;

    /**
     * {@link #acquire(Route, Duration)} without blocking: the stage completes with a permit, exceptionally with a
     * {@link RejectedException}. It is complete already if there was nothing to wait for, and is otherwise completed by a
     * thread of the common pool. To complete it oneself, as by cancelling, withdraws from waiting; a permit that came
     * nevertheless goes to the next. Cancelling what depends on it does not: a permit must find somebody to end it.
     */
    default CompletionStage<Permit> acquireAsync(Route route, Duration atMost) {
        return acquireAsync(route, CallContext.NONE, atMost);
    }

    /** {@link #acquireAsync(Route, Duration)} for a call of which more is known; see {@link #acquire(Route, Duration)}. */
    CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost);

    /**
     * {@link #acquireAsync(Route, CallContext, Duration)} whose stage, if there was something to wait for, is completed by
     * {@code executor}, such as the event loop that the call belongs to. What it refuses is left to the common pool.
     */
    CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost, Executor executor);

    /**
     * The primitive under all other ways to acquire: admits a call of {@code route} and returns a ticket, or returns
     * {@link #REFUSED}. A ticket must be given back to {@link #release} exactly once, with the same route, by any
     * thread. It is for adapters that keep the ticket in an object they have anyway; everybody else wants a
     * {@link Permit} or {@link #call}.
     */
    default long tryAcquireTicket(Route route) {
        return tryAcquireTicket(route, CallContext.NONE);
    }

    /** {@link #tryAcquireTicket(Route)} for a call of which more is known. */
    long tryAcquireTicket(Route route, CallContext context);

    /**
     * {@link #tryAcquireTicket(Route, CallContext)} for adapters that tell their clients why they are refused.
     *
     * @throws RejectedException if the call is refused; thrown at once, without a stack trace
     */
    long acquireTicket(Route route, CallContext context);

    /**
     * Gives a ticket back.
     *
     * @throws IllegalArgumentException if {@code ticket} is {@link #REFUSED} or {@code route} is another limiter's
     * @throws IllegalStateException if no call is in flight, which means a ticket was released twice
     */
    void release(long ticket, Route route, Outcome outcome);

    /**
     * {@link #release(long, Route, Outcome)} of a call whose waiting for others was taken down, by the limiter's ticker: for
     * {@link LimitWindow#waitedShare()}, which explains latencies. If a dependency has failed it, {@link Outcome#DROPPED} is no
     * sign that capacity is short here: that counts as {@link Outcome#IGNORED}. {@link #call} does so by itself with the timing in
     * its context.
     */
    void release(long ticket, Route route, Outcome outcome, @Nullable RequestTiming timing);

    /** Takes down from now on, by this limiter's ticker, how long a call waits for others; see {@link CallContext#timing}. */
    RequestTiming beginTiming();

    /** How long ago {@code ticket} was handed out, to about 100 ms. */
    Duration age(long ticket);

    /** {@link #call(Route, Callable)} without a particular route. */
    default <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        return call(otherRoute(), action);
    }

    /**
     * Runs {@code action} if it is admitted. What it throws ends the call with the outcome that
     * {@link Builder#outcomeOf} gives it and is thrown on, errors included.
     *
     * @throws RejectedException if it is refused
     * @throws Exception what {@code action} throws
     */
    default <T extends @Nullable Object> T call(Route route, Callable<T> action) throws Exception {
        return call(route, CallContext.NONE, action);
    }

    /**
     * {@link #call(Route, Callable)} that waits to be admitted, see {@link #acquire(Route, Duration)}.
     *
     * @throws RejectedException if it is refused
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws Exception what {@code action} throws
     */
    default <T extends @Nullable Object> T call(Route route, Duration atMost, Callable<T> action) throws Exception {
        return call(route, CallContext.NONE, atMost, action);
    }

    /**
     * {@link #call(Route, Duration, Callable)} for a call of which more is known.
     *
     * @throws RejectedException if it is refused
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws Exception what {@code action} throws
     */
    <T extends @Nullable Object> T call(Route route, CallContext context, Duration atMost, Callable<T> action)
            throws Exception;

    /** {@link #callAsync(Route, Supplier)} without a particular route. */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> action) {
        return callAsync(otherRoute(), action);
    }

    /**
     * Starts {@code action} if it is admitted; the call ends when the action's stage completes, which cancelling the
     * returned stage does not bring about. A refusal and an exception of {@code action} itself complete the returned
     * stage exceptionally; an error is thrown.
     */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, Supplier<? extends CompletionStage<T>> action) {
        return callAsync(route, CallContext.NONE, action);
    }

    /** {@link #call(Route, Callable)} for a call of which more is known. */
    <T extends @Nullable Object> T call(Route route, CallContext context, Callable<T> action) throws Exception;

    /** {@link #callAsync(Route, Supplier)} for a call of which more is known. */
    <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, CallContext context, Supplier<? extends CompletionStage<T>> action);

    /**
     * {@link #callAsync(Route, Supplier)} that waits to be admitted, see {@link #acquireAsync(Route, Duration)}: {@code action} is then
     * started by a thread of the common pool and must not block. Cancelling the returned stage before withdraws the call.
     * If it has waited, an error of {@code action} completes the stage, too.
     */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, Duration atMost, Supplier<? extends CompletionStage<T>> action) {
        return callAsync(route, CallContext.NONE, atMost, action);
    }

    /** {@link #callAsync(Route, Duration, Supplier)} for a call of which more is known. */
    <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, CallContext context, Duration atMost, Supplier<? extends CompletionStage<T>> action);

    /** The outcome of a call that ends with {@code failure}: what {@link Builder#outcomeOf} gives it. */
    Outcome outcomeOf(Throwable failure);

    /** The present limit in calls. */
    int limit();

    /** Calls that run, those outside the limit included. */
    int inFlight();

    /** The last decision of the algorithm that moved the limit, or the initial limit. */
    LimitDecision lastDecision();

    /** What happens to a call that exceeds the limit. */
    Enforcement enforcement();

    /** Changes what happens to a call that exceeds the limit, from the next call on. */
    void enforcement(Enforcement enforcement);

    /** Whether the limit is applied: false in any mode but ENFORCE and while the algorithm is still warming up. */
    boolean isEnforcing();

    /**
     * Whether the algorithm has seen enough of the service for its limit to mean something; see
     * {@link LimitAlgorithm#isWarm()}.
     */
    boolean isWarm();

    /** Why the last refused calls were refused: draining while no call is admitted at all, otherwise the limit. */
    RejectionReason rejectionReason();

    /**
     * Refuses every call from now on, whatever the mode, those that wait included, and calls {@code whenIdle} once, when none is in flight any
     * more: at once by this thread, or later by the thread that releases the last call.
     */
    void refuseAll(Runnable whenIdle);

    /** Undoes {@link #refuseAll}. */
    void resume();

    /**
     * Why the last refused calls of {@code route} were refused; its own cap is a reason, too.
     *
     * @throws IllegalArgumentException if it is another limiter's
     */
    RejectionReason rejectionReason(Route route);

    /**
     * Sets what the route, or the group of routes, {@code name} is guaranteed and may take at most, from the next call on.
     * Never waits for calls to end: those that are too many run on, and what others still take is kept for it as soon as
     * they give it back. See {@link Builder#limits} for groups.
     *
     * @throws IllegalArgumentException if shares add up to 1 or more, {@code name} is blank or a route of a group
     */
    void limits(String name, RouteLimits limits);

    /** What routes and groups are guaranteed and may take at most, by name; without those that were never set. */
    Map<String, RouteLimits> limits();

    /** Everything that can change while it runs, as it is now; not to be told from several changes that are under way. */
    LimiterSettings settings();

    /**
     * Changes all that, from the next call on, all or nothing. Never waits for calls to end. Calls that are admitted
     * meanwhile may see some of it before the rest, in an order by which one is refused only if it would be by the
     * settings before or by those after.
     *
     * @throws IllegalArgumentException if the algorithm cannot have these bounds, a name is a route of a group, or there
     *     would be more names than there can be routes
     */
    void settings(LimiterSettings changed);

    /** Calls that have turned into streams. */
    Streams streams();

    /**
     * Tells that the call of {@code ticket} has turned into a stream: it gives its place in the limit back, ends with
     * {@link Outcome#IGNORED} as a call, and is one of the {@link #streams()} until the ticket that is returned is released.
     * {@link #refuseAll} waits for it. Returns {@link #REFUSED} if there are as many streams as there may be; then the call
     * still is what it was; whoever refuses it says so by {@link Streams#countRefusable}.
     *
     * @throws IllegalArgumentException as {@link #release}
     */
    long stream(long ticket, Route route);

    /** Counts of all routes together. */
    LimiterStats stats();

    /** Counts of each route, in the order of {@link #routes()}. */
    Map<Route, LimiterStats> statsByRoute();

    /** Counts of each criticality, most important first; empty until criticality is used, see {@link CriticalityStats}. */
    Map<Criticality, CriticalityStats> statsByCriticality();
    /** Who waits, and what became of those who did. */
    WaitingStats waiting();

    /** Counts of one route. */
    LimiterStats stats(Route route);

    /** Within what time a call is good, see {@link Builder#slo}; empty if nothing is promised. */
    Optional<Duration> slo();

    /** Calls of one route that were and were not as good as {@link Builder#slo} asks; zero without an SLO. */
    SloCounts sloCounts(Route route);

    /** The same of each route, in the order of {@link #routes()}. */
    Map<Route, SloCounts> sloCountsByRoute();

    /** Does the periodic work: collects statistics, lets the algorithm decide, logs refusals. Due about every 100 ms. */
    void beat();

    /**
     * Tells that the whole process stood still: latencies that end within the next 200 ms are not used, at most once
     * in two seconds, since a process that always stalls must still see its latencies.
     */
    void stalled(Duration duration);

    /** Builds limiters. Not thread-safe; may be reused, later changes do not reach limiters already built. */
    final class Builder {
        static final int AS_MANY_AS_RUN = -1;
        private static final Duration LONGEST_SLO = Duration.ofDays(1);

        final String name;
        Supplier<? extends LimitAlgorithm> algorithm =
                () -> AdaptiveLimit.builder().build();
        Enforcement enforcement = Enforcement.ENFORCE;
        int maxRoutes = 100;
        int maxWaiters = AS_MANY_AS_RUN;
        Ticker ticker = Ticker.system();
        Function<? super Throwable, Outcome> outcomeOf = FailureOutcomes::byDefault;
        Consumer<? super Throwable> onFailure = failure -> {};
        BooleanSupplier droppedCounts = () -> true;
        final List<AdmissionListener> listeners = new ArrayList<>();
        Tuning tuning = Tuning.DEFAULT;
        /** Has the same rules as those to be made, so that it refuses what they would. */
        private final RouteGroups routeLimitsCheck = new RouteGroups(new AdmissionWord(1), true);

        final List<Consumer<RouteGroups>> routeLimits = new ArrayList<>();
        int maxStreams = Integer.MAX_VALUE;

        @Nullable
        DoubleSupplier cpuUtilization;

        long sloNanos = -1;

        /** For tests, which have a time and an order of their own. */
        Waiting.Background background = Waiting.Background.JDK;

        private Builder(String name) {
            checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
            this.name = name;
        }

        /** Sets what makes the algorithm of each limiter built. Default: an {@link AdaptiveLimit}. */
        @CanIgnoreReturnValue
        public Builder algorithm(Supplier<? extends LimitAlgorithm> algorithm) {
            this.algorithm = algorithm;
            return this;
        }

        /** Sets what happens to calls beyond the limit. Default: {@link Enforcement#ENFORCE}. */
        @CanIgnoreReturnValue
        public Builder enforcement(Enforcement enforcement) {
            this.enforcement = enforcement;
            return this;
        }

        /**
         * Sets how many routes there can be, {@link Route#OTHER} among them. Default: 100.
         *
         * @throws IllegalArgumentException unless it is between 1 and 10,000
         */
        @CanIgnoreReturnValue
        public Builder maxRoutes(int maxRoutes) {
            checkArgument(
                    maxRoutes >= 1 && maxRoutes <= 10_000, "maxRoutes must be between 1 and 10000: %s", maxRoutes);
            this.maxRoutes = maxRoutes;
            return this;
        }

        /**
         * Sets what {@code routes} together, or without any the route {@code name}, are guaranteed and may take at most.
         * Routes that do not exist yet get it when they are made. The limits, but not the routes, of a name can be changed
         * later, by {@link ConcurrencyLimiter#limits}.
         *
         * @throws IllegalArgumentException if shares add up to 1 or more, a name is blank, a route is in another group or
         *     {@code routes} are given for a name that was used before
         */
        @CanIgnoreReturnValue
        public Builder limits(String name, RouteLimits limits, String... routes) {
            List<String> members = List.of(routes);
            Consumer<RouteGroups> settings = groups -> {
                List<String> unused = groups.limits(name, limits, members);
            };
            settings.accept(routeLimitsCheck);
            this.routeLimits.add(settings);
            return this;
        }

        /**
         * Sets how many streams there may be at once. Default: as many as come.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder maxStreams(int maxStreams) {
            this.maxStreams = Streams.checkMax(maxStreams);
            return this;
        }

        /**
         * Sets how many calls may wait at once; 0 lets nobody wait. Default: as many as the limit is, so that nobody
         * waits for much longer than a call takes.
         *
         * @throws IllegalArgumentException unless it is between 0 and {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        @CanIgnoreReturnValue
        public Builder maxWaiters(int maxWaiters) {
            this.maxWaiters = Waiting.checkMax(maxWaiters);
            return this;
        }

        /** Sets where time is read. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * Sets the outcome of calls that throw. Default: time-outs, refusals further down and rejected executions are
         * {@link Outcome#DROPPED}, all else is {@link Outcome#IGNORED}.
         */
        @CanIgnoreReturnValue
        public Builder outcomeOf(Function<? super Throwable, Outcome> outcomeOf) {
            this.outcomeOf = outcomeOf;
            return this;
        }

        /**
         * Adds who is told of each failure that a call ends with, before its outcome is decided; must not block. For
         * those who look for certain ones.
         */
        @CanIgnoreReturnValue
        public Builder onFailure(Consumer<? super Throwable> listener) {
            Consumer<? super Throwable> before = onFailure;
            this.onFailure = failure -> {
                before.accept(failure);
                listener.accept(failure);
            };
            return this;
        }

        /** Adds who is told of each call that had to wait or is refused. Default: nobody, which costs nothing. */
        @CanIgnoreReturnValue
        public Builder listener(AdmissionListener listener) {
            this.listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets whether a call that ends {@link Outcome#DROPPED} now says that capacity is short; if not, it is
         * {@link Outcome#IGNORED}. Asked at the end of each such call. Default: it always does.
         */
        @CanIgnoreReturnValue
        public Builder droppedCounts(BooleanSupplier droppedCounts) {
            this.droppedCounts = droppedCounts;
            return this;
        }

        /**
         * Sets where the utilization of the CPUs is read, about 0 to 1 or NaN, once per window. Default: CPU time of
         * this process.
         */
        @CanIgnoreReturnValue
        public Builder cpuUtilization(DoubleSupplier cpuUtilization) {
            this.cpuUtilization = cpuUtilization;
            return this;
        }

        /**
         * Sets within what time a call is as fast as promised, for {@link ConcurrencyLimiter#sloCounts}: from when it is
         * admitted; waiting for that is no part of it. Default: nothing is promised, and nothing counted.
         *
         * @throws IllegalArgumentException unless it is above zero and at most a day
         */
        @CanIgnoreReturnValue
        public Builder slo(Duration slo) {
            checkArgument(
                    slo.compareTo(Duration.ZERO) > 0 && slo.compareTo(LONGEST_SLO) <= 0,
                    "slo must be above zero and at most a day: %s",
                    slo);
            this.sloNanos = slo.toNanos();
            return this;
        }

        /** A new limiter. */
        public ConcurrencyLimiter build() {
            return new DefaultConcurrencyLimiter(this);
        }
    }
}
