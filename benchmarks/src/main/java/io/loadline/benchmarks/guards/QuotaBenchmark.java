/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.guard.QuotaLimit;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One decision about one client. Thread-safe: all threads share what a state has.
 *
 * <p>Who should be admitted and is not, or the other way round, fails the benchmark.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QuotaBenchmark {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int CLIENTS = 1_000;

    /** One limiter that somebody holds: no client is looked for. */
    @State(Scope.Benchmark)
    public static class BareState {
        final RateLimiter limiter = RateLimiter.of("bare", config());
    }

    /** A limiter for each client, found by its place: as much memory as all others touch. */
    @State(Scope.Benchmark)
    public static class ManyState {
        final RateLimiter[] limiters = new RateLimiter[CLIENTS];

        @Setup
        public void make() {
            for (int i = 0; i < CLIENTS; i++) {
                limiters[i] = RateLimiter.of("bare", config());
            }
        }
    }

    /** A limiter for each client in the registry, which neither bounds nor forgets them. */
    @State(Scope.Benchmark)
    public static class RegistryState {
        final RateLimiterRegistry registry = RateLimiterRegistry.of(config());
        final String[] keys = keys();
    }

    @State(Scope.Benchmark)
    public static class QuotaState {
        final Quota quota = Quota.builder("api")
                .limit(QuotaLimit.MAX_PERMITS, SECOND)
                .clientClass("exhausted", 1, Duration.ofDays(1))
                .build();
        final String[] keys = keys();

        @Setup
        public void exhaust() {
            for (String key : keys) {
                check(quota.tryAcquire(key).admitted());
            }
            check(quota.tryAcquire("exhausted", "exhausted", 1).admitted());
        }
    }

    @Benchmark
    public boolean bare(BareState state) {
        return check(state.limiter.acquirePermission());
    }

    @Benchmark
    public boolean hit(QuotaState state) {
        return check(state.quota.tryAcquire(state.keys[0]).admitted());
    }

    @Benchmark
    public boolean bareOfMany(ManyState state) {
        return check(state.limiters[any()].acquirePermission());
    }

    @Benchmark
    public boolean registryOfMany(RegistryState state) {
        return check(state.registry.rateLimiter(state.keys[any()]).acquirePermission());
    }

    @Benchmark
    public boolean hitOfMany(QuotaState state) {
        return check(state.quota.tryAcquire(state.keys[any()]).admitted());
    }

    @Benchmark
    public QuotaDecision refused(QuotaState state) {
        QuotaDecision decision = state.quota.tryAcquire("exhausted", "exhausted", 1);
        check(!decision.admitted());
        return decision;
    }

    private static RateLimiterConfig config() {
        return RateLimiterConfig.custom()
                .limitForPeriod(QuotaLimit.MAX_PERMITS)
                .limitRefreshPeriod(SECOND)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    private static String[] keys() {
        String[] keys = new String[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            keys[i] = String.format("client-%032d", i);
        }
        return keys;
    }

    private static int any() {
        return ThreadLocalRandom.current().nextInt(CLIENTS);
    }

    private static boolean check(boolean expected) {
        if (!expected) {
            throw new IllegalStateException("admitted or refused against expectation");
        }
        return expected;
    }
}
