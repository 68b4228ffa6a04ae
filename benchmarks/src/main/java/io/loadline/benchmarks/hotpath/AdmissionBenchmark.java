/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimitAlgorithm;
import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.Route;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One call admitted and released, by everybody. Thread-safe: all threads share the one limiter of a state.
 *
 * <p>Nobody refuses: every limit is far above the number of threads, and a refusal fails the benchmark. Only where
 * refusing is what is measured, an admission does.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdmissionBenchmark {
    private static final int LIMIT = 1000;
    /* Up to so many calls a second, Loadline times them all. */
    private static final int TIMED_PER_SECOND = 2_000;
    private static final Integer ANSWER = 42;

    /** The floor: counts, adapts to nothing. */
    @State(Scope.Benchmark)
    public static class SemaphoreState {
        final Semaphore semaphore = new Semaphore(LIMIT);
    }

    /** Loadline with the algorithm and the beat it has in production. */
    @State(Scope.Benchmark)
    public static class LoadlineState {
        final ConcurrencyLimiter limiter = limiter();
        final Route route = limiter.route("/orders/{id}");
        final Callable<Integer> action = () -> ANSWER;

        private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "beat");
            thread.setDaemon(true);
            return thread;
        });

        @Setup
        public void begin() {
            var unused = heart.scheduleAtFixedRate(limiter::beat, 100, 100, TimeUnit.MILLISECONDS);
        }

        @TearDown
        public void end() {
            heart.shutdownNow();
        }
    }

    /** Loadline with a share of timed calls that stays as it is, since the beat that would change it has stopped. */
    public abstract static class PinnedState {
        final ConcurrencyLimiter limiter;
        final Route route;
        private final int oneOf;

        PinnedState(int oneOf) {
            this(oneOf, () -> AdaptiveLimit.builder().initialLimit(LIMIT).build());
        }

        PinnedState(int oneOf, Supplier<LimitAlgorithm> algorithm) {
            this.oneOf = oneOf;
            this.limiter = ConcurrencyLimiter.builder("orders")
                    .algorithm(algorithm)
                    .slo(Duration.ofMillis(100))
                    .build();
            this.route = limiter.route("/orders/{id}");
        }

        /** A bit more than a second with the traffic that has one of so many calls timed, and one beat at its end. */
        @Setup
        public void sample() throws InterruptedException {
            long startNanos = System.nanoTime();
            if (oneOf > 1) {
                TimeUnit.MILLISECONDS.sleep(1_050);
                double seconds = (System.nanoTime() - startNanos) / 1e9;
                pairs((long) (1.4 * oneOf * TIMED_PER_SECOND * seconds));
                limiter.beat();
            }
            // Those that are not timed carry the time of the last beat: one ticket for all of them.
            Set<Long> tickets = new HashSet<>();
            for (int i = 0; i < 64 * 256; i++) {
                long ticket = limiter.tryAcquireTicket(route);
                tickets.add(ticket);
                limiter.release(ticket, route, Outcome.SUCCESS);
            }
            int timed = oneOf > 1 ? tickets.size() - 1 : tickets.size();
            if (Math.abs(timed * oneOf - 64 * 256) > 64 * 256 / 10) {
                throw new IllegalStateException("one of " + oneOf + " should be timed: " + timed + " of " + 64 * 256);
            }
        }

        private void pairs(long count) {
            for (long i = 0; i < count; i++) {
                limiter.release(limiter.tryAcquireTicket(route), route, Outcome.SUCCESS);
            }
        }
    }

    /** Every call is timed, as below about 2,000 calls a second. */
    @State(Scope.Benchmark)
    public static class EveryCallState extends PinnedState {
        public EveryCallState() {
            super(1);
        }
    }

    /** One call of 8. */
    @State(Scope.Benchmark)
    public static class EighthState extends PinnedState {
        public EighthState() {
            super(8);
        }
    }

    /** One call of 64. */
    @State(Scope.Benchmark)
    public static class SixtyFourthState extends PinnedState {
        public SixtyFourthState() {
            super(64);
        }
    }

    /** Loadline at its limit; one call of 64 would be timed, which a call that is refused has then paid for. */
    @State(Scope.Benchmark)
    public static class FullState extends PinnedState {
        public FullState() {
            super(64, () -> FixedLimit.of(1));
        }

        @Override
        public void sample() throws InterruptedException {
            super.sample();
            admitted(limiter.tryAcquireTicket(route) != ConcurrencyLimiter.REFUSED);
        }
    }

    /**
     * The same where every call would be timed, as in a service that admits few: beside {@link EveryCallState}. Without the
     * set-up that pins the share: what that compiles by itself is not inlined afterwards, and an exception that leaves a
     * compiled method costs some 60 ns more than one that does not.
     */
    @State(Scope.Benchmark)
    public static class FullCallState {
        final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("orders")
                .algorithm(() -> FixedLimit.of(1))
                .slo(Duration.ofMillis(100))
                .build();
        final Route route = limiter.route("/orders/{id}");
        final Callable<Integer> action = () -> ANSWER;

        @Setup
        public void fill() {
            admitted(limiter.tryAcquireTicket(route) != ConcurrencyLimiter.REFUSED);
        }
    }

    /** Concurrency-limits with Vegas. */
    @State(Scope.Benchmark)
    public static class VegasState {
        final Limiter<Void> limiter = SimpleLimiter.newBuilder()
                .limit(VegasLimit.newBuilder()
                        .initialLimit(LIMIT)
                        .maxConcurrency(LIMIT)
                        .build())
                .build();
    }

    /** Concurrency-limits with Gradient2 behind windows. */
    @State(Scope.Benchmark)
    public static class Gradient2State {
        final Limiter<Void> limiter = SimpleLimiter.newBuilder()
                .limit(WindowedLimit.newBuilder()
                        .build(Gradient2Limit.newBuilder()
                                .initialLimit(LIMIT)
                                .maxConcurrency(LIMIT)
                                .build()))
                .build();
    }

    /** Resilience4j's bulkhead, which never waits. */
    @State(Scope.Benchmark)
    public static class ResilienceState {
        final Bulkhead bulkhead = Bulkhead.of(
                "orders",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(LIMIT)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    /** A timer as it is published to Prometheus with a histogram. */
    @State(Scope.Benchmark)
    public static class TimerState {
        final Timer timer = Timer.builder("orders")
                .publishPercentileHistogram()
                .register(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    /** Failsafe's bulkhead. */
    @State(Scope.Benchmark)
    public static class FailsafeState {
        final dev.failsafe.Bulkhead<Object> bulkhead = dev.failsafe.Bulkhead.of(LIMIT);
    }

    /** Sentinel with a rule that limits threads. */
    @State(Scope.Benchmark)
    public static class SentinelState {
        static final String RESOURCE = "orders";

        @Setup
        public void rules() {
            PrintStream out = System.out;
            // Sentinel tells where it logs, past its log, when it is loaded.
            System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
            try {
                FlowRule rule = new FlowRule(RESOURCE);
                rule.setGrade(RuleConstant.FLOW_GRADE_THREAD);
                rule.setCount(LIMIT);
                FlowRuleManager.loadRules(List.of(rule));
            } finally {
                System.setOut(out);
            }
        }
    }

    private static ConcurrencyLimiter limiter() {
        return ConcurrencyLimiter.builder("orders")
                .algorithm(() -> AdaptiveLimit.builder().initialLimit(LIMIT).build())
                .build();
    }

    @Benchmark
    public void semaphore(SemaphoreState state) {
        admitted(state.semaphore.tryAcquire());
        state.semaphore.release();
    }

    @Benchmark
    public long semaphoreTimed(SemaphoreState state) {
        long startNanos = System.nanoTime();
        admitted(state.semaphore.tryAcquire());
        state.semaphore.release();
        return System.nanoTime() - startNanos;
    }

    @Benchmark
    public void loadlineTicket(LoadlineState state) {
        long ticket = state.limiter.tryAcquireTicket(state.route);
        admitted(ticket != ConcurrencyLimiter.REFUSED);
        state.limiter.release(ticket, state.route, Outcome.SUCCESS);
    }

    @Benchmark
    public void loadlineTimed(EveryCallState state) {
        pair(state);
    }

    @Benchmark
    public void loadlineEighth(EighthState state) {
        pair(state);
    }

    @Benchmark
    public void loadline64th(SixtyFourthState state) {
        pair(state);
    }

    /* Unless told, the compiler leaves alone what it has compiled for the set-up already. */
    @CompilerControl(CompilerControl.Mode.INLINE)
    private static void pair(PinnedState state) {
        long ticket = state.limiter.tryAcquireTicket(state.route);
        admitted(ticket != ConcurrencyLimiter.REFUSED);
        state.limiter.release(ticket, state.route, Outcome.SUCCESS);
    }

    @Benchmark
    public void loadlineRefused(FullState state) {
        if (state.limiter.tryAcquireTicket(state.route) != ConcurrencyLimiter.REFUSED) {
            throw new IllegalStateException("admitted");
        }
    }

    @Benchmark
    public RejectedException loadlineCallRefused(FullCallState state) throws Exception {
        try {
            throw new IllegalStateException("admitted: " + state.limiter.call(state.route, state.action));
        } catch (RejectedException refused) {
            return refused;
        }
    }

    @Benchmark
    public Integer loadlineCall(LoadlineState state) throws Exception {
        return state.limiter.call(state.route, state.action);
    }

    @Benchmark
    public boolean loadlinePermit(LoadlineState state) {
        Permit permit = state.limiter.tryAcquire(state.route);
        if (permit == null) {
            throw new IllegalStateException("refused");
        }
        return permit.success();
    }

    @Benchmark
    public void vegas(VegasState state) {
        state.limiter.acquire(null).orElseThrow().onSuccess();
    }

    @Benchmark
    public void gradient2(Gradient2State state) {
        state.limiter.acquire(null).orElseThrow().onSuccess();
    }

    @Benchmark
    public void resilience4j(ResilienceState state) {
        admitted(state.bulkhead.tryAcquirePermission());
        state.bulkhead.onComplete();
    }

    @Benchmark
    public void resilience4jTimed(ResilienceState state, TimerState timer) {
        long startNanos = System.nanoTime();
        admitted(state.bulkhead.tryAcquirePermission());
        state.bulkhead.onComplete();
        timer.timer.record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    @Benchmark
    public void failsafe(FailsafeState state) {
        admitted(state.bulkhead.tryAcquirePermit());
        state.bulkhead.releasePermit();
    }

    @Benchmark
    public void sentinel(SentinelState state) throws BlockException {
        try (Entry entry = SphU.entry(SentinelState.RESOURCE)) {
            admitted(entry != null);
        }
    }

    private static void admitted(boolean admitted) {
        if (!admitted) {
            throw new IllegalStateException("refused");
        }
    }
}
