/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
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
     * {@link #otherRoute()}, so names that come from outside cannot make memory or meters grow.
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
    @Nullable
    Permit tryAcquire(Route route);

    /**
     * The primitive under all other ways to acquire: admits a call of {@code route} and returns a ticket, or returns
     * {@link #REFUSED}. A ticket must be given back to {@link #release} exactly once, with the same route, by any
     * thread. It is for adapters that keep the ticket in an object they have anyway; everybody else wants a
     * {@link Permit} or {@link #call}.
     */
    long tryAcquireTicket(Route route);

    /**
     * Gives a ticket back.
     *
     * @throws IllegalArgumentException if {@code ticket} is {@link #REFUSED} or {@code route} is another limiter's
     * @throws IllegalStateException if no call is in flight, which means a ticket was released twice
     */
    void release(long ticket, Route route, Outcome outcome);

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
    <T extends @Nullable Object> T call(Route route, Callable<T> action) throws Exception;

    /** {@link #callAsync(Route, Supplier)} without a particular route. */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> action) {
        return callAsync(otherRoute(), action);
    }

    /**
     * Starts {@code action} if it is admitted; the call ends when the action's stage completes, which cancelling the
     * returned stage does not bring about. A refusal and an exception of {@code action} itself complete the returned
     * stage exceptionally; an error is thrown.
     */
    <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, Supplier<? extends CompletionStage<T>> action);

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
     * Refuses every call from now on, whatever the mode, and calls {@code whenIdle} once, when none is in flight any
     * more: at once by this thread, or later by the thread that releases the last call.
     */
    void refuseAll(Runnable whenIdle);

    /** Undoes {@link #refuseAll}. */
    void resume();

    /** Counts of all routes together. */
    LimiterStats stats();

    /** Counts of each route, in the order of {@link #routes()}. */
    Map<Route, LimiterStats> statsByRoute();

    /** Counts of one route. */
    LimiterStats stats(Route route);

    /** Timed calls of one route and how many of them were as fast as {@link Builder#slo} asks. */
    SloCounts sloCounts(Route route);

    /** Does the periodic work: collects statistics, lets the algorithm decide, logs refusals. Due about every 100 ms. */
    void beat();

    /**
     * Tells that the whole process stood still: latencies that end within the next 200 ms are not used, at most once
     * in two seconds, since a process that always stalls must still see its latencies.
     */
    void stalled(Duration duration);

    /** Builds limiters. Not thread-safe; may be reused, later changes do not reach limiters already built. */
    final class Builder {
        final String name;
        Supplier<? extends LimitAlgorithm> algorithm =
                () -> AdaptiveLimit.builder().build();
        Enforcement enforcement = Enforcement.ENFORCE;
        int maxRoutes = 100;
        Ticker ticker = Ticker.system();
        Function<? super Throwable, Outcome> outcomeOf = DefaultConcurrencyLimiter::defaultOutcome;

        Consumer<? super Throwable> onFailure = failure -> {};
        BooleanSupplier droppedCounts = () -> true;
        Tuning tuning = Tuning.DEFAULT;

        @Nullable
        DoubleSupplier cpuUtilization;

        long sloNanos = -1;

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
         * Sets within what time a call is as fast as promised, for {@link ConcurrencyLimiter#sloCounts}. Default: nothing
         * is promised, and none is.
         *
         * @throws IllegalArgumentException if it is not above zero
         */
        @CanIgnoreReturnValue
        public Builder slo(Duration slo) {
            checkArgument(!slo.isNegative() && !slo.isZero(), "slo must be above zero: %s", slo);
            this.sloNanos = slo.toNanos();
            return this;
        }

        /** A new limiter. */
        public ConcurrencyLimiter build() {
            return new DefaultConcurrencyLimiter(this);
        }
    }
}
