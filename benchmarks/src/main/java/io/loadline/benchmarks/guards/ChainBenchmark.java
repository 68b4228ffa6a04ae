/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.loadline.Loadline;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import io.loadline.limit.RouteLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One request through all that may stand before and within it: the quota of its client, the limiter and the cap of its
 * route, the guard of what it asks. Thread-safe: all threads share what a state has.
 *
 * <p>Meters are bound on both sides, limits are the same, and nobody is refused: a refusal fails the benchmark.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChainBenchmark {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int CLIENTS = 1_000;
    private static final int CAP = 100;
    private static final int WINDOW = 100;
    private static final int MINIMUM_CALLS = 20;
    private static final int PROBES = 3;
    private static final String ROUTE = "GET /orders/{id}";
    private static final Integer ANSWER = 42;
    private static final Callable<Integer> ACTION = () -> ANSWER;

    /** Loadline as a service has it: with its heartbeat, the adaptive limit and what it tells a registry. */
    @State(Scope.Benchmark)
    public static class LoadlineState {
        final Quota quota =
                Quota.builder("api").limit(QuotaLimit.MAX_PERMITS, SECOND).build();
        final Loadline loadline = Loadline.builder("orders")
                .meterRegistry(registry())
                .quota(quota)
                .limiter(limiter -> limiter.limits(ROUTE, RouteLimits.NONE.cap(CAP)))
                .guard("inventory", guard -> guard.concurrency(CAP))
                .build();
        final ConcurrencyLimiter limiter = loadline.limiter();
        final Route route = limiter.route(ROUTE);
        final DependencyGuard inventory = loadline.guards().guard("inventory");
        final Callable<Integer> guarded = () -> inventory.call(ACTION);
        final String[] keys = keys();

        @Setup
        public void begin() throws Exception {
            loadline.start();
            for (String key : keys) {
                Integer unused = pass(key);
            }
        }

        Integer pass(String key) throws Exception {
            if (!quota.tryAcquire(key).admitted()) {
                throw new IllegalStateException("refused");
            }
            return limiter.call(route, guarded);
        }

        @TearDown
        public void end() {
            loadline.close();
        }
    }

    /**
     * The same of Resilience4j's decorators, put together once but for the rate limiter, which each request has to look up.
     * The breaker is outside of its bulkhead, in the order of Resilience4j's own annotations, and its meters time each call.
     */
    @State(Scope.Benchmark)
    public static class ResilienceState {
        final RateLimiterRegistry limiters = RateLimiterRegistry.of(RateLimiterConfig.custom()
                .limitForPeriod(QuotaLimit.MAX_PERMITS)
                .limitRefreshPeriod(SECOND)
                .timeoutDuration(Duration.ZERO)
                .build());
        final BulkheadRegistry bulkheads = BulkheadRegistry.of(BulkheadConfig.custom()
                .maxConcurrentCalls(CAP)
                .maxWaitDuration(Duration.ZERO)
                .build());
        final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, MINIMUM_CALLS, SlidingWindowType.COUNT_BASED)
                .slowCallDurationThreshold(SECOND)
                .slowCallRateThreshold(80)
                .permittedNumberOfCallsInHalfOpenState(PROBES)
                .build());
        final MeterRegistry registry = registry();
        final Callable<Integer> guarded = Bulkhead.decorateCallable(
                bulkheads.bulkhead("orders"),
                CircuitBreaker.decorateCallable(
                        breakers.circuitBreaker("inventory"),
                        Bulkhead.decorateCallable(bulkheads.bulkhead("inventory"), ACTION)));
        final String[] keys = keys();

        @Setup
        public void begin() throws Exception {
            TaggedRateLimiterMetrics.ofRateLimiterRegistry(limiters).bindTo(registry);
            TaggedBulkheadMetrics.ofBulkheadRegistry(bulkheads).bindTo(registry);
            TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(registry);
            for (String key : keys) {
                Integer unused = pass(key);
            }
        }

        Integer pass(String key) throws Exception {
            return RateLimiter.decorateCallable(limiters.rateLimiter(key), guarded)
                    .call();
        }
    }

    @Benchmark
    public Integer loadline(LoadlineState state) throws Exception {
        return state.pass(any(state.keys));
    }

    @Benchmark
    public Integer resilience4j(ResilienceState state) throws Exception {
        return state.pass(any(state.keys));
    }

    private static MeterRegistry registry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    private static String[] keys() {
        String[] keys = new String[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            keys[i] = String.format("client-%032d", i);
        }
        return keys;
    }

    private static String any(String[] keys) {
        return keys[ThreadLocalRandom.current().nextInt(keys.length)];
    }
}
