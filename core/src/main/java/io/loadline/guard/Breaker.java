/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.EventProcessor;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The circuit breaker of one guard, its own or one of the user's. Thread-safe. */
final class Breaker {
    /*
     * Periods: a call that was let through before the breaker opened may end while it is half open, and would count among
     * the probes there, or give back a permission that it has not got from them. So a call remembers the period in which it
     * was let through, and what it has to say is heard in that period only. The object that keeps a state's measurements
     * is a period's identity: it is new whenever a breaker closes or half-opens. A listener for transitions would tell the
     * same, but with a listener a breaker creates an event for each call.
     */
    private static final Logger LOG = LoggerFactory.getLogger(DependencyGuard.class);
    private static final Object ANY_PERIOD = new Object();

    private final CircuitBreaker breaker;
    private final boolean own;
    private final boolean hasPeriods;
    private final Ticker ticker;
    private final long slowNanos;

    /**
     * When the next probe is due, as a reading of the ticker; written when the breaker opens, or is seen to have, by
     * whoever opens it. Readers may be a beat behind.
     */
    private volatile long openUntilNanos;

    Breaker(DependencyGuard.Builder builder) {
        this.ticker = builder.ticker;
        this.openUntilNanos = ticker.read();
        CircuitBreakerRegistry registry = builder.registry;
        CircuitBreaker given = builder.circuitBreaker;
        if (given == null && registry != null) {
            given = registry.find(builder.name).orElse(null);
        }
        this.own = given == null;
        if (!own && builder.ownThresholds) {
            LOG.warn(
                    "Guard {}: its circuit breaker was there before, with thresholds of its own, so those set here have no"
                            + " effect",
                    builder.name);
        }
        if (given == null) {
            CircuitBreakerConfig config = config(builder);
            given = registry == null
                    ? CircuitBreaker.of(builder.name, config)
                    : registry.circuitBreaker(builder.name, config);
        }
        this.breaker = given;
        this.slowNanos =
                given.getCircuitBreakerConfig().getSlowCallDurationThreshold().toNanos();
        Object now = given.getMetrics();
        this.hasPeriods = now == given.getMetrics();
    }

    private CircuitBreakerConfig config(DependencyGuard.Builder builder) {
        return CircuitBreakerConfig.custom()
                .clock(new TickerClock(ticker))
                .currentTimestampFunction(clock -> ticker.read(), TimeUnit.NANOSECONDS)
                .slidingWindow(builder.window, builder.minimumCalls, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold((float) (100 * builder.failureRate))
                .slowCallRateThreshold((float) (100 * builder.slowCallRate))
                .slowCallDurationThreshold(builder.slowCall)
                .permittedNumberOfCallsInHalfOpenState(builder.probes)
                .waitIntervalFunctionInOpenState(attempts -> open(builder, attempts))
                .writableStackTraceEnabled(false)
                .build();
    }

    /** How long the breaker stays open the {@code attempts}th time in a row, in milliseconds; notes until when that is. */
    private long open(DependencyGuard.Builder builder, int attempts) {
        long first = builder.openMin.toNanos();
        long most = builder.openMax.toNanos();
        long nanos = first;
        for (int i = 1; i < attempts && nanos < most; i++) {
            nanos *= 2;
        }
        // Shorter at random: instances that have lost the same dependency do not all try it at the same time.
        nanos = (long) (Math.min(nanos, most) * (1 - 0.2 * random(builder.random)));
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        openUntilNanos = ticker.read() + TimeUnit.MILLISECONDS.toNanos(millis);
        return millis;
    }

    private static double random(DoubleSupplier random) {
        return Math.max(0, Math.min(1, random.getAsDouble()));
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** From what duration on a call is slow. */
    long slowNanos() {
        return slowNanos;
    }

    double slowCallRate() {
        return breaker.getCircuitBreakerConfig().getSlowCallRateThreshold() / 100;
    }

    int minimumCalls() {
        return breaker.getCircuitBreakerConfig().getMinimumNumberOfCalls();
    }

    /** Whether what is told to the breaker may run code of others. */
    boolean runsAlienCode() {
        return !own
                || !(breaker.getEventPublisher() instanceof EventProcessor<?> processor)
                || processor.hasConsumers();
    }

    /** The period in which a call is let through; null if it is not. */
    @Nullable
    Object tryEnter() {
        return breaker.tryAcquirePermission() ? period() : null;
    }

    boolean isCurrent(Object period) {
        return period == ANY_PERIOD || period == breaker.getMetrics();
    }

    /** The call of that period was not made, or says nothing. */
    void leave(Object period) {
        if (isCurrent(period)) {
            breaker.releasePermission();
        }
    }

    /** What came of a call of that period. */
    void record(Object period, GuardOutcome outcome, long nanos, @Nullable Throwable failure, @Nullable Object result) {
        if (!isCurrent(period)) {
            return;
        }
        switch (outcome) {
            case SUCCESS -> {
                if (own || failure != null) {
                    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
                } else {
                    breaker.onResult(nanos, TimeUnit.NANOSECONDS, result);
                }
            }
            case FAILURE, TIMED_OUT ->
                breaker.onError(nanos, TimeUnit.NANOSECONDS, failure == null ? new TimeoutException() : failure);
            case CANCELLED -> breaker.releasePermission();
        }
    }

    /** Opens a closed breaker; does nothing if it has another state by now. */
    void open() {
        if (breaker.getState() == CircuitBreaker.State.CLOSED) {
            try {
                breaker.transitionToOpenState();
            } catch (RuntimeException changedMeanwhile) {
                // It was opened by a call that ended, or forced into another state.
            }
        }
    }

    GuardState state() {
        return switch (breaker.getState()) {
            case CLOSED, DISABLED, METRICS_ONLY -> GuardState.CLOSED;
            case HALF_OPEN -> GuardState.HALF_OPEN;
            case OPEN, FORCED_OPEN -> GuardState.OPEN;
        };
    }

    /** Whether it may open by itself. */
    boolean isClosed() {
        return breaker.getState() == CircuitBreaker.State.CLOSED;
    }

    /** Notes that somebody else's breaker has opened. */
    void seenOpen() {
        if (!own) {
            Long millis = breaker.getCircuitBreakerConfig()
                    .getWaitIntervalFunctionInOpenState()
                    .apply(1);
            openUntilNanos = ticker.read() + TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }

    /** The time until the next probe is due; zero if it is, or the breaker is not open. */
    Duration untilProbe() {
        return state() == GuardState.OPEN
                ? Duration.ofNanos(Math.max(0, openUntilNanos - ticker.read()))
                : Duration.ZERO;
    }

    private Object period() {
        return hasPeriods ? breaker.getMetrics() : ANY_PERIOD;
    }
}
