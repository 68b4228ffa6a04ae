/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.loadline.limit.CallContext;
import io.loadline.limit.RequestTiming;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guard: a {@link Breaker} and {@link Places} before the call, {@link GuardWatch} while it runs, {@link GuardCounts}
 * after it.
 */
final class DefaultDependencyGuard implements DependencyGuard {
    /*
     * Before: deadline, breaker, place, in this order: a breaker that is open is the better reason than a bulkhead that is
     * full of what hangs. After: the place first, then what anybody wants to know about it, so that nothing which goes
     * wrong there, code of others included, can leak a place.
     *
     * What takes longer than its limit has timed out, whatever comes of it. If the limit was not the guard's but the
     * caller's deadline, that says something about the dependency only if the time was as long as 99 of 100 calls need;
     * else clients in a hurry could open the breaker for all.
     */
    private static final String TIMING_FAILED = "what takes down the time of its requests failed";

    private final String name;
    private final Ticker ticker;
    private final boolean ownConcurrency;
    private final boolean feedsReadiness;
    private final Function<? super Throwable, GuardOutcome> outcomeOf;
    private final Function<@Nullable Object, GuardOutcome> outcomeOfResult;
    private final @Nullable RetryBudget retryBudget;

    /** Null if nobody listens. */
    private final @Nullable GuardListener listener;

    private final Breaker breaker;
    private final Places places;
    private final RunningCalls running;
    private final GuardCounts counts = new GuardCounts();
    private final SeenTraffic traffic;
    private final GuardWatch watch;

    /** Written by whoever changes it, read by each call. */
    private volatile long timeLimitNanos;

    /** Those of calls that have nothing of their own. Written and read by calls; whoever finds old ones makes new ones. */
    private volatile GuardTerms shared;

    /** Written by {@link DependencyGuards}, read for statistics; NaN while nobody tells. */
    private volatile double share = Double.NaN;

    DefaultDependencyGuard(Builder builder) {
        this.name = builder.name;
        this.ticker = builder.ticker;
        this.ownConcurrency = builder.ownConcurrency;
        this.feedsReadiness = builder.feedsReadiness;
        this.outcomeOf = builder.outcomeOf;
        this.outcomeOfResult = builder.outcomeOfResult;
        this.retryBudget = builder.retryBudget;
        this.listener = builder.listener;
        this.timeLimitNanos = builder.timeLimit.toNanos();
        this.breaker = new Breaker(builder);
        int probes = breaker.breaker().getCircuitBreakerConfig().getPermittedNumberOfCallsInHalfOpenState();
        this.places = new Places(name, builder.concurrency, probes);
        this.running = new RunningCalls(builder.concurrency + probes);
        this.shared = new GuardTerms(this, breaker, timeLimitNanos, null);
        this.traffic = new SeenTraffic(counts, ticker.read());
        this.watch = new GuardWatch(this, breaker, places, running, counts, traffic, builder.executor);
    }

    @Override
    public String name() {
        return name;
    }

    long now() {
        return ticker.read();
    }

    @Override
    public GuardPermit acquire(CallContext context) {
        return admit(context, null);
    }

    @Override
    public @Nullable GuardPermit tryAcquire(CallContext context) {
        try {
            return admit(context, null);
        } catch (GuardRefusedException refused) {
            return null;
        }
    }

    private GuardPermit admit(CallContext context, @Nullable CompletableFuture<?> caller) {
        long now = ticker.read();
        RequestTiming timing = context.timing();
        long limitNanos = timeLimitNanos;
        int flags = 0;
        Optional<Duration> remaining = context.remaining();
        if (remaining.isPresent()) {
            long leftNanos = remaining.get().toNanos();
            if (leftNanos <= 0) {
                throw refusal(GuardRefusal.DEADLINE, null);
            }
            if (leftNanos < limitNanos) {
                limitNanos = leftNanos;
                flags = GuardPermit.BY_DEADLINE;
            }
        }
        Object period = breaker.tryEnter();
        if (period == null) {
            throw refusal(GuardRefusal.BREAKER_OPEN, timing);
        }
        if (!places.tryTake()) {
            if (breaker.state() != GuardState.HALF_OPEN || !places.tryTakeReserve()) {
                breaker.leave(period);
                throw refusal(GuardRefusal.BULKHEAD_FULL, timing);
            }
            flags |= GuardPermit.RESERVE;
        }
        RequestTiming followed = null;
        try {
            if (retryBudget != null) {
                retryBudget.request(now);
            }
            followed = timing != null && timing.waitBegins(now) ? timing : null;
            GuardPermit permit = new GuardPermit(terms(period, limitNanos, caller), now, flags, followed);
            running.add(permit);
            return permit;
        } catch (Throwable outOfMemory) {
            waitEnds(followed, now);
            places.giveBack(GuardPermit.is(flags, GuardPermit.RESERVE));
            breaker.leave(period);
            throw outOfMemory;
        }
    }

    private GuardTerms terms(Object period, long limitNanos, @Nullable CompletableFuture<?> caller) {
        GuardTerms last = shared;
        if (caller == null && last.are(period, limitNanos)) {
            return last;
        }
        GuardTerms terms = new GuardTerms(this, period, limitNanos, caller);
        if (caller == null && limitNanos == timeLimitNanos) {
            shared = terms;
        }
        return terms;
    }

    private GuardRefusedException refusal(GuardRefusal reason, @Nullable RequestTiming timing) {
        counts.refuse(reason);
        downstreamFailed(timing);
        tell(reason);
        Duration retryAfter = switch (reason) {
            case BREAKER_OPEN -> breaker.untilProbe();
            case BULKHEAD_FULL, DEADLINE -> Duration.ZERO;
        };
        return new GuardRefusedException(name, reason, retryAfter);
    }

    private void tell(GuardRefusal reason) {
        try {
            if (listener != null) {
                listener.refused(name, reason);
            }
        } catch (Throwable e) {
            watch.warn("a listener to its refusals failed", e);
        }
    }

    /** Accounts for a call whose permit has just been ended, with {@code flags} before. */
    void end(GuardPermit call, int flags, GuardOutcome told, @Nullable Throwable failure, @Nullable Object result) {
        running.remove(call);
        if (GuardPermit.is(flags, GuardPermit.LOST)) {
            places.found();
        } else {
            places.giveBack(GuardPermit.is(flags, GuardPermit.RESERVE));
        }
        long now = ticker.read();
        long nanos = Math.max(0, now - call.begunNanos);
        GuardOutcome outcome =
                nanos > call.terms.limitNanos() && told != GuardOutcome.CANCELLED ? GuardOutcome.TIMED_OUT : told;
        if (outcome == GuardOutcome.TIMED_OUT) {
            outcome = ofTimeout(call);
        }
        boolean isUntold = !GuardPermit.is(flags, GuardPermit.COUNTED);
        try {
            count(call, flags, outcome, nanos);
        } finally {
            // Without memory even a counter may fail.
            waitEnds(call.timing, now);
            if (isUntold) {
                record(call, outcome, nanos, failure, result);
            }
        }
    }

    private void count(GuardPermit call, int flags, GuardOutcome outcome, long nanos) {
        counts.waitedNanos.add(nanos);
        if (GuardPermit.is(flags, GuardPermit.TIMED_OUT)) {
            counts.late.decrement();
        } else {
            counts.count(outcome, nanos);
            if (outcome.isBad()) {
                downstreamFailed(call.timing);
            }
        }
        if (!GuardPermit.is(flags, GuardPermit.COUNTED) && nanos > breaker.slowNanos()) {
            counts.slow.increment();
        }
    }

    /** Tells the timing of a request, which may be somebody's own; throws nothing. */
    void downstreamFailed(@Nullable RequestTiming timing) {
        try {
            if (timing != null) {
                timing.downstreamFailed();
            }
        } catch (Throwable e) {
            watch.warn(TIMING_FAILED, e);
        }
    }

    private void waitEnds(@Nullable RequestTiming timing, long now) {
        try {
            if (timing != null) {
                timing.waitEnds(now);
            }
        } catch (Throwable e) {
            watch.warn(TIMING_FAILED, e);
        }
    }

    /** Tells the breaker, whose predicates and listeners are code of others; throws nothing. */
    void record(
            GuardPermit call, GuardOutcome outcome, long nanos, @Nullable Throwable failure, @Nullable Object result) {
        try {
            breaker.record(call.terms.period(), outcome, nanos, failure, result);
        } catch (Throwable e) {
            watch.warn("its circuit breaker failed", e);
            leave(call.terms.period());
        }
    }

    /** For a breaker that has not heard of the call: one that is half open waits for as many as it has let through. */
    void leave(Object period) {
        try {
            breaker.leave(period);
        } catch (Throwable e) {
            watch.warn("its circuit breaker failed", e);
        }
    }

    /** What a call is whose time is up. */
    GuardOutcome ofTimeout(GuardPermit call) {
        if (!GuardPermit.is(call.flags(), GuardPermit.BY_DEADLINE)) {
            return GuardOutcome.TIMED_OUT;
        }
        long needed = traffic.recentP99Nanos();
        return call.terms.limitNanos() >= (needed == 0 ? breaker.slowNanos() : needed)
                ? GuardOutcome.TIMED_OUT
                : GuardOutcome.CANCELLED;
    }

    @Override
    public <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        GuardPermit permit = acquire();
        T result;
        try {
            result = action.call();
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        }
        permit.result(result);
        return result;
    }

    @Override
    public void run(Runnable action) {
        GuardPermit permit = acquire();
        try {
            action.run();
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        }
        permit.success();
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            CallContext context, Supplier<? extends CompletionStage<T>> action) {
        CompletableFuture<T> caller = new CompletableFuture<>();
        GuardPermit permit;
        try {
            permit = admit(context, caller);
        } catch (GuardRefusedException e) {
            caller.completeExceptionally(e);
            return caller;
        }
        try {
            Object unused = action.get().whenComplete((result, failure) -> {
                try {
                    if (failure == null) {
                        permit.result(result);
                    } else {
                        permit.failure(Outcomes.unwrapped(failure));
                    }
                } finally {
                    complete(caller, result, failure);
                }
            });
        } catch (Exception e) {
            permit.failure(e);
            caller.completeExceptionally(e);
        } catch (Error e) {
            permit.failure(e);
            throw e;
        }
        return caller;
    }

    private static <T extends @Nullable Object> void complete(
            CompletableFuture<T> caller, T result, @Nullable Throwable failure) {
        if (failure == null) {
            caller.complete(result);
        } else {
            caller.completeExceptionally(failure);
        }
    }

    @Override
    public GuardOutcome outcomeOf(Throwable failure) {
        try {
            return Objects.requireNonNullElse(outcomeOf.apply(Outcomes.unwrapped(failure)), GuardOutcome.FAILURE);
        } catch (Throwable e) {
            // What failed is what the caller must see.
            return GuardOutcome.FAILURE;
        }
    }

    GuardOutcome outcomeOfResult(@Nullable Object result) {
        try {
            return Objects.requireNonNullElse(outcomeOfResult.apply(result), GuardOutcome.SUCCESS);
        } catch (Throwable e) {
            watch.warn("what tells the outcome of its results failed", e);
            return GuardOutcome.CANCELLED;
        }
    }

    @Override
    public int concurrency() {
        return places.limit();
    }

    @Override
    public void concurrency(int changed) {
        places.limit(Builder.checkConcurrency(changed));
    }

    @Override
    public boolean hasOwnConcurrency() {
        return ownConcurrency;
    }

    @Override
    public Duration timeLimit() {
        return Duration.ofNanos(timeLimitNanos);
    }

    @Override
    public void timeLimit(Duration changed) {
        timeLimitNanos = Builder.checkPositive("timeLimit", changed).toNanos();
    }

    @Override
    public Duration slowCall() {
        return circuitBreaker().getCircuitBreakerConfig().getSlowCallDurationThreshold();
    }

    @Override
    public double failureRate() {
        return circuitBreaker().getCircuitBreakerConfig().getFailureRateThreshold() / 100.0;
    }

    @Override
    public GuardState state() {
        return breaker.state();
    }

    @Override
    public CircuitBreaker circuitBreaker() {
        return breaker.breaker();
    }

    @Override
    public DependencyStats stats() {
        return new DependencyStats(
                name,
                breaker.state(),
                running.count(),
                places.limit(),
                places.lost(),
                counts.successes.total(),
                counts.failed.sum(),
                counts.timedOut.sum(),
                counts.cancelled.sum(),
                counts.slow.sum(),
                counts.refused(),
                Duration.ofNanos(counts.waitedNanos.sum()),
                counts.ended(),
                traffic.mean(),
                traffic.p99(),
                share);
    }

    int inFlight() {
        return running.count();
    }

    void share(double ofRequestTime) {
        share = ofRequestTime;
    }

    double share() {
        return share;
    }

    @Override
    public Optional<GuardSuggestions> suggestions() {
        return traffic.suggestions();
    }

    @Override
    public Registration listen(Consumer<GuardStateChange> listener) {
        return watch.listen(listener);
    }

    @Override
    public boolean feedsReadiness() {
        return feedsReadiness;
    }

    @Override
    public boolean isUsable() {
        return breaker.state() != GuardState.OPEN || breaker.untilProbe().isZero();
    }

    @Override
    public void beat() {
        watch.beat(ticker.read());
    }
}
