/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.loadline.availability.DependencyCheck;
import io.loadline.limit.CallContext;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between this service and one that it depends on: lets a bounded number of calls run, for a bounded time, and none
 * while the dependency fails or hangs. Thread-safe.
 *
 * <pre>{@code
 * DependencyGuard inventory = guards.guard("inventory", builder -> builder.timeLimit(Duration.ofSeconds(2)));
 * Stock stock = inventory.call(() -> client.stock(id)); // GuardRefusedException when it is no use
 * }</pre>
 *
 * <p>A call that hangs counts as slow as soon as it is, before it returns: see {@link #beat()}. It keeps its place until it
 * really ends, since its thread or connection is taken for as long. Calls that hang on when the dependency has recovered are
 * written off, at most as many as may run at once, and their places are given back.
 */
public interface DependencyGuard {

    /** A builder of the guard of the dependency named {@code name}. */
    static Builder builder(String name) {
        return new Builder(name);
    }

    /** The name given to the builder. */
    String name();

    /**
     * A permit for one call on behalf of {@link CallContext#current()}, at once.
     *
     * @throws GuardRefusedException if the call must not be made
     */
    default GuardPermit acquire() {
        return acquire(CallContext.current());
    }

    /**
     * The same on behalf of {@code context}, whose deadline bounds the call and whose timing takes down its time.
     *
     * @throws GuardRefusedException if the call must not be made
     */
    GuardPermit acquire(CallContext context);

    /** A permit for one call on behalf of {@link CallContext#current()}; null if it must not be made. */
    default @Nullable GuardPermit tryAcquire() {
        return tryAcquire(CallContext.current());
    }

    /** The same on behalf of {@code context}. */
    @Nullable
    GuardPermit tryAcquire(CallContext context);

    /**
     * Makes the call {@code action} on this thread, which it keeps for as long as it takes: the time limit makes a call
     * count, it does not end it.
     *
     * @param <T> the result's type
     * @throws GuardRefusedException if the call must not be made
     * @throws Exception what {@code action} throws
     */
    @CanIgnoreReturnValue
    <T extends @Nullable Object> T call(Callable<T> action) throws Exception;

    /**
     * The same for what has no result.
     *
     * @throws GuardRefusedException if the call must not be made
     */
    void run(Runnable action);

    /**
     * {@link #callAsync(CallContext, Supplier)} on behalf of {@link CallContext#current()}.
     *
     * @param <T> the result's type
     */
    default <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> action) {
        return callAsync(CallContext.current(), action);
    }

    /**
     * Makes the call {@code action}, which ends with the stage it returns. The stage returned here completes with
     * {@link GuardRefusedException} if the call must not be made, and with {@link GuardTimeoutException} when its time is up,
     * up to 100 ms later; the call then holds its place until its own stage completes. To cancel the stage returned here does
     * not end the call either. What depends on that stage should not block: see {@link Builder#executor}.
     *
     * @param <T> the result's type
     */
    <T extends @Nullable Object> CompletionStage<T> callAsync(
            CallContext context, Supplier<? extends CompletionStage<T>> action);

    /** What the guard says of a call that failed so. */
    GuardOutcome outcomeOf(Throwable failure);

    /** How many calls may run at once. */
    int concurrency();

    /**
     * Changes how many calls may run at once. Never waits: if more do, their number falls as they end.
     *
     * @throws IllegalArgumentException unless it is between 1 and 100,000
     */
    void concurrency(int changed);

    /** Whether the builder was told how many calls may run at once. */
    boolean hasOwnConcurrency();

    /** The time a call has at most. */
    Duration timeLimit();

    /**
     * Changes the time that later calls have at most.
     *
     * @throws IllegalArgumentException unless it is positive
     */
    void timeLimit(Duration changed);

    /** From what duration on a call is slow: what the circuit breaker says. */
    Duration slowCall();

    /** The share of failed and timed out calls at which it opens, 0..1: what the circuit breaker says. */
    double failureRate();

    /** Whether calls are let through. */
    GuardState state();

    /** The circuit breaker: to be forced open, for example. Its listeners cost each call an event. */
    CircuitBreaker circuitBreaker();

    /** What is known of the calls. */
    DependencyStats stats();

    /** Thresholds that fit the traffic seen; empty before a thousand calls. */
    Optional<GuardSuggestions> suggestions();

    /** Adds a listener that is told of changes of {@link #state()}, by a pool of the guard, until it is closed. */
    @CanIgnoreReturnValue
    Registration listen(Consumer<GuardStateChange> listener);

    /** Whether the builder was told that readiness shall follow this dependency. */
    boolean feedsReadiness();

    /**
     * A check that says no while calls are not let through, for {@link io.loadline.availability.DependencyChecks}. Says yes
     * when a probe is due: without traffic nobody would make it.
     */
    default DependencyCheck.Builder readinessCheck() {
        return DependencyCheck.builder(name(), this::isUsable).effect(DependencyCheck.Effect.READINESS);
    }

    /** Whether a call would be let through as far as the breaker is concerned. */
    boolean isUsable();

    /**
     * Looks at the calls that run: those that are overdue count as such. To be called about every 100 ms;
     * {@link DependencyGuards} does.
     */
    void beat();

    /** Builds guards. Not thread-safe. */
    final class Builder {
        private static final int MOST_CALLS = 100_000;

        final String name;
        double failureRate = 0.5;
        double slowCallRate = 0.8;
        Duration slowCall = Duration.ofSeconds(1);
        int window = 100;
        int minimumCalls = 20;
        int probes = 3;
        Duration openMin = Duration.ofMillis(500);
        Duration openMax = Duration.ofSeconds(2);
        int concurrency = 25;
        boolean ownConcurrency;

        /** Whether one of the breaker's was set. */
        boolean ownThresholds;

        Duration timeLimit = Duration.ofSeconds(5);
        Function<? super Throwable, GuardOutcome> outcomeOf = Outcomes::ofFailure;
        Function<@Nullable Object, GuardOutcome> outcomeOfResult = result -> GuardOutcome.SUCCESS;

        @Nullable
        CircuitBreakerRegistry registry;

        @Nullable
        CircuitBreaker circuitBreaker;

        @Nullable
        RetryBudget retryBudget;

        boolean feedsReadiness;
        Ticker ticker = Ticker.system();

        @Nullable
        Executor executor;

        /** Set by those who make guards. */
        @Nullable
        GuardListener listener;

        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(String name) {
            this.name = Names.check(name);
        }

        /**
         * Sets the share of calls that fail or time out at which the breaker opens. Default: 0.5.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 1
         */
        @CanIgnoreReturnValue
        public Builder failureRate(double rate) {
            this.ownThresholds = true;
            this.failureRate = checkRate("failureRate", rate);
            return this;
        }

        /**
         * Sets the share of slow calls at which the breaker opens. Default: 0.8.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 1
         */
        @CanIgnoreReturnValue
        public Builder slowCallRate(double rate) {
            this.ownThresholds = true;
            this.slowCallRate = checkRate("slowCallRate", rate);
            return this;
        }

        /**
         * Sets from what duration on a call is slow. A dependency that hangs is noticed so much later. Default: 1 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder slowCall(Duration duration) {
            this.ownThresholds = true;
            this.slowCall = checkPositive("slowCall", duration);
            return this;
        }

        /**
         * Sets of how many calls, the latest ones, rates are taken, and how many there must be. Default: 100 and 20.
         *
         * @throws IllegalArgumentException unless {@code 1 <= minimumCalls <= calls <= 100,000}
         */
        @CanIgnoreReturnValue
        public Builder window(int calls, int minimumCalls) {
            checkArgument(calls >= 1 && calls <= MOST_CALLS, "window must be between 1 and 100000 calls: %s", calls);
            checkArgument(
                    minimumCalls >= 1 && minimumCalls <= calls,
                    "minimumCalls must be between 1 and the window of %s: %s",
                    calls,
                    minimumCalls);
            this.ownThresholds = true;
            this.window = calls;
            this.minimumCalls = minimumCalls;
            return this;
        }

        /**
         * Sets how many calls tell whether the dependency has recovered. Default: 3.
         *
         * @throws IllegalArgumentException unless it is between 1 and 1000
         */
        @CanIgnoreReturnValue
        public Builder probes(int calls) {
            checkArgument(calls >= 1 && calls <= 1_000, "probes must be between 1 and 1000: %s", calls);
            this.ownThresholds = true;
            this.probes = calls;
            return this;
        }

        /**
         * Sets how long the breaker stays open: {@code first}, then twice as long each time the probes fail, up to
         * {@code most}; up to a fifth less by chance. Default: 500 ms and 2 s.
         *
         * @throws IllegalArgumentException unless both are at least a millisecond and {@code most >= first}
         */
        @CanIgnoreReturnValue
        public Builder open(Duration first, Duration most) {
            checkArgument(first.toMillis() >= 1, "open must be at least a millisecond: %s", first);
            checkArgument(
                    most.compareTo(first) >= 0, "open must not have a most below the first: %s < %s", most, first);
            checkArgument(most.compareTo(Duration.ofDays(1)) <= 0, "open must be at most a day: %s", most);
            this.ownThresholds = true;
            this.openMin = first;
            this.openMax = most;
            return this;
        }

        /**
         * Sets how many calls may run at once. Default: 25, or with {@link DependencyGuards} half of the service's limit.
         *
         * @throws IllegalArgumentException unless it is between 1 and 100,000
         */
        @CanIgnoreReturnValue
        public Builder concurrency(int calls) {
            this.concurrency = checkConcurrency(calls);
            this.ownConcurrency = true;
            return this;
        }

        /**
         * Sets the time a call has at most; it has less if its caller waits less long. Default: 5 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder timeLimit(Duration limit) {
            this.timeLimit = checkPositive("timeLimit", limit);
            return this;
        }

        /**
         * Sets what a call is that fails with an exception. Default: interrupts, cancellations, refusals of other guards or
         * the limiter and errors of the JVM are {@link GuardOutcome#CANCELLED}, time-outs {@link GuardOutcome#TIMED_OUT}, all
         * else {@link GuardOutcome#FAILURE}.
         */
        @CanIgnoreReturnValue
        public Builder outcomeOf(Function<? super Throwable, GuardOutcome> outcomeOf) {
            this.outcomeOf = outcomeOf;
            return this;
        }

        /** Sets what a call is that returns something. Default: {@link GuardOutcome#SUCCESS}. */
        @CanIgnoreReturnValue
        public Builder outcomeOfResult(Function<@Nullable Object, GuardOutcome> outcomeOf) {
            this.outcomeOfResult = outcomeOf;
            return this;
        }

        /**
         * Sets the registry of the circuit breaker. If it has one of the guard's name, that is used with the thresholds it
         * has; otherwise one with those set here is added. Default: none.
         */
        @CanIgnoreReturnValue
        public Builder circuitBreakerRegistry(CircuitBreakerRegistry registry) {
            this.registry = registry;
            return this;
        }

        /** Sets the circuit breaker, whose thresholds hold instead of those set here. Default: one of the guard's own. */
        @CanIgnoreReturnValue
        public Builder circuitBreaker(CircuitBreaker breaker) {
            this.circuitBreaker = breaker;
            return this;
        }

        /** Sets the budget for retries that this guard's calls add to. Default: none. */
        @CanIgnoreReturnValue
        public Builder retryBudget(RetryBudget budget) {
            this.retryBudget = budget;
            return this;
        }

        /** Sets whether readiness shall follow this dependency. Default: false; think twice, all instances share it. */
        @CanIgnoreReturnValue
        public Builder feedsReadiness(boolean feeds) {
            this.feedsReadiness = feeds;
            return this;
        }

        /** Sets where time is read. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * Sets what runs listeners and completes stages whose time is up. It should not be the one on which calls run, which
         * those that hang may have used up. Default: a few daemon threads that all guards share.
         */
        @CanIgnoreReturnValue
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /** Sets where chance comes from, values from 0 to below 1; for tests. */
        @CanIgnoreReturnValue
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /** A new guard. */
        public DependencyGuard build() {
            return new DefaultDependencyGuard(this);
        }

        static int checkConcurrency(int calls) {
            checkArgument(
                    calls >= 1 && calls <= MOST_CALLS, "concurrency must be between 1 and 100000 calls: %s", calls);
            return calls;
        }

        static Duration checkPositive(String name, Duration duration) {
            checkArgument(!duration.isNegative() && !duration.isZero(), "%s must be positive: %s", name, duration);
            checkArgument(
                    duration.compareTo(Duration.ofDays(365)) <= 0, "%s must be at most a year: %s", name, duration);
            return duration;
        }

        private static double checkRate(String name, double rate) {
            checkArgument(rate > 0 && rate <= 1, "%s must be above 0 and at most 1: %s", name, rate);
            return rate;
        }
    }
}
