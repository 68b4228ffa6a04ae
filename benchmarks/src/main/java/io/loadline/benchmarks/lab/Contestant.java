/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter.Listener;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimitAlgorithm;
import io.loadline.limit.Outcome;
import io.loadline.limit.Route;
import io.loadline.limit.Variant;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Who is compared: the real classes of ours and of peers on the JVM, with their defaults, and rewritten ones of others. */
enum Contestant {
    LOADLINE(
            "Loadline",
            Kind.OURS,
            surroundings -> new Loadline(
                    surroundings,
                    ConcurrencyLimiter.builder("lab"),
                    adaptive(surroundings).build())),
    VEGAS("Netflix Vegas", Kind.PEER, surroundings -> new Netflix(surroundings, VegasLimit.newDefault())),
    GRADIENT2(
            "Netflix Gradient2, windowed",
            Kind.PEER,
            surroundings -> new Netflix(surroundings, WindowedLimit.newBuilder().build(Gradient2Limit.newDefault()))),
    NETFLIX_AIMD(
            "Netflix AIMD",
            Kind.PEER,
            surroundings -> new Netflix(surroundings, AIMDLimit.newBuilder().build())),
    ENVOY("Envoy gradient, rewritten", Kind.PEER, EnvoyGradient::new),
    FAILSAFE_GO("failsafe-go, rewritten", Kind.PEER, FailsafeGo::new),
    BULKHEAD("Resilience4j bulkhead, 25", Kind.REFERENCE, surroundings -> new FixedBulkhead(25)),
    NONE("no limit", Kind.REFERENCE, surroundings -> fixed(Integer.MAX_VALUE));

    /** How a contestant is judged. */
    enum Kind {
        OURS,
        /** It adapts; must not be better than ours. */
        PEER,
        /** For comparison. */
        REFERENCE
    }

    final String title;
    final Kind kind;
    final Guard.Factory factory;

    Contestant(String title, Kind kind, Guard.Factory factory) {
        this.title = title;
        this.kind = kind;
        this.factory = factory;
    }

    /** As it is written on the command line and in tables. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static AdaptiveLimit.Builder adaptive(Guard.Surroundings surroundings) {
        // What the defaults are for so many CPUs, whatever this machine has.
        return AdaptiveLimit.builder()
                .initialLimit(Math.max(16, 4 * surroundings.cpus()))
                .limits(Math.max(2, surroundings.cpus() / 2), 10_000);
    }

    /** Ours with another constant. */
    static Guard.Factory ours(Variant variant) {
        return surroundings -> new Loadline(
                surroundings,
                variant.in(ConcurrencyLimiter.builder("lab")),
                variant.in(adaptive(surroundings)).build());
    }

    /** A limiter that never changes its mind; the one with the greatest number admits everything. */
    static Guard fixed(int limit) {
        return fixed(() -> limit);
    }

    /** A limiter that does not look at its calls. */
    static Guard fixed(IntSupplier limit) {
        return new Guard() {
            private int inFlight;

            @Override
            public @Nullable Object admit(String route) {
                if (inFlight >= limit.getAsInt()) {
                    return null;
                }
                inFlight++;
                return this;
            }

            @Override
            public void end(Object admitted, boolean success) {
                inFlight--;
            }

            @Override
            public int limit() {
                return limit.getAsInt();
            }
        };
    }

    /** Ours. */
    static final class Loadline implements Guard {
        private record Admitted(Route route, long ticket) {}

        private final ConcurrencyLimiter limiter;

        Loadline(Surroundings surroundings, ConcurrencyLimiter.Builder builder, LimitAlgorithm algorithm) {
            limiter = builder.ticker(surroundings::nanos)
                    .algorithm(() -> algorithm)
                    .cpuUtilization(surroundings::cpuUtilization)
                    .build();
        }

        @Override
        public @Nullable Object admit(String name) {
            Route route = limiter.route(name);
            long ticket = limiter.tryAcquireTicket(route);
            return ticket == ConcurrencyLimiter.REFUSED ? null : new Admitted(route, ticket);
        }

        @Override
        public void end(Object admitted, boolean success) {
            Admitted call = (Admitted) admitted;
            limiter.release(call.ticket, call.route, success ? Outcome.SUCCESS : Outcome.DROPPED);
        }

        @Override
        public int limit() {
            return limiter.limit();
        }

        @Override
        public void beat() {
            limiter.beat();
        }

        @Override
        public void stalled(Duration duration) {
            limiter.stalled(duration);
        }
    }

    /** Netflix concurrency-limits' own classes. */
    private static final class Netflix implements Guard {
        private final SimpleLimiter<@Nullable Void> limiter;

        Netflix(Surroundings surroundings, Limit limit) {
            // Time zero would mean "not yet" to one of its windows.
            limiter = SimpleLimiter.newBuilder()
                    .limit(limit)
                    .nanoClock(() -> surroundings.nanos() + 1)
                    .build();
        }

        @Override
        public @Nullable Object admit(String route) {
            return limiter.acquire(null).orElse(null);
        }

        @Override
        public void end(Object admitted, boolean success) {
            Listener listener = (Listener) admitted;
            if (success) {
                listener.onSuccess();
            } else {
                listener.onDropped();
            }
        }

        @Override
        public int limit() {
            return limiter.getLimit();
        }
    }

    /** Resilience4j's own class. */
    private static final class FixedBulkhead implements Guard {
        private final Bulkhead bulkhead;

        FixedBulkhead(int limit) {
            bulkhead = Bulkhead.of(
                    "lab", BulkheadConfig.custom().maxConcurrentCalls(limit).build());
        }

        @Override
        public @Nullable Object admit(String route) {
            return bulkhead.tryAcquirePermission() ? bulkhead : null;
        }

        @Override
        public void end(Object admitted, boolean success) {
            bulkhead.onComplete();
        }

        @Override
        public int limit() {
            return bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
        }
    }
}
