/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.ratelimiter.RequestNotPermitted;
import io.loadline.Loadline;
import io.loadline.guard.ClientKey;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.Quota;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Route;
import io.loadline.limit.RouteLimits;
import io.loadline.management.LimitingFilter;
import io.loadline.management.QuotaFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A small service on the JDK's server behind guards of either make, whose limits are the same. Thread-safe.
 *
 * <p>{@code /open} has a quota and the limit, {@code /capped} a cap as well, {@code /stock} and {@code /price} ask a
 * dependency each.
 */
final class GuardedServer implements AutoCloseable {
    /** Tells the client. */
    static final String CLIENT = "X-Api-Key";

    /** Requests of a client in {@link #PERIOD}. */
    static final int QUOTA = 40;

    /** Requests at once, those of {@code /capped}, and calls at once to what {@code /stock} asks. */
    static final int LIMIT = 8;

    static final int CAP = 3;
    static final int PLACES = 2;

    /** Calls after which the breakers have an opinion. */
    static final int WINDOW = 10;

    private static final Duration PERIOD = Duration.ofHours(1);
    private static final Duration OPEN = Duration.ofMinutes(1);
    private static final String CAPPED = "/capped";
    private static final List<String> PATHS = List.of("/open", CAPPED, "/stock", "/price");
    private static final byte[] ANSWER = {'d', 'o', 'n', 'e'};

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Work work = new Work();
    private final HttpServer server;
    private final Runnable closeGuards;

    private GuardedServer(Runnable closeGuards) throws IOException {
        this.closeGuards = closeGuards;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(executor);
    }

    /** Behind Loadline: its filters, and its guards where the handler asks others. */
    static GuardedServer loadline() throws IOException {
        Quota quota = Quota.builder("api").limit(QUOTA, PERIOD).build();
        Loadline loadline = Loadline.builder("orders")
                .quota(quota)
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(LIMIT))
                        .limits("GET " + CAPPED, RouteLimits.NONE.cap(CAP)))
                .guards(guard -> guard.window(WINDOW, WINDOW).open(OPEN, OPEN))
                .guard("inventory", guard -> guard.concurrency(PLACES))
                .guard("pricing", guard -> guard.concurrency(LIMIT))
                .build()
                .start();
        GuardedServer guarded = new GuardedServer(loadline::close);
        Map<String, DependencyGuard> dependencies = Map.of(
                "/stock", loadline.guards().guard("inventory"),
                "/price", loadline.guards().guard("pricing"));
        for (String path : PATHS) {
            Route route = loadline.limiter().route("GET " + path);
            DependencyGuard guard = dependencies.get(path);
            Callable<byte[]> action = guarded.work::answer;
            HttpContext context = guarded.serve(path, exchange -> guard == null ? action.call() : guard.call(action));
            List<Filter> filters = context.getFilters();
            filters.add(new QuotaFilter(quota, ClientKey.header(CLIENT), loadline.drain()));
            filters.add(new LimitingFilter(loadline.limiter(), loadline.drain(), exchange -> route));
        }
        guarded.server.start();
        return guarded;
    }

    /** Behind what Resilience4j has for each, around the handler. A missing place says nothing of the dependency. */
    static GuardedServer resilience4j() throws IOException {
        GuardedServer guarded = new GuardedServer(() -> {});
        RateLimiterRegistry limiters = RateLimiterRegistry.of(RateLimiterConfig.custom()
                .limitForPeriod(QUOTA)
                .limitRefreshPeriod(PERIOD)
                .timeoutDuration(Duration.ZERO)
                .build());
        CircuitBreakerConfig breaker = CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, WINDOW, SlidingWindowType.COUNT_BASED)
                .waitDurationInOpenState(OPEN)
                .ignoreException(BulkheadFullException.class::isInstance)
                .build();
        Callable<byte[]> action = guarded.work::answer;
        Map<String, Callable<byte[]>> actions = Map.of(
                "/open",
                action,
                CAPPED,
                Bulkhead.decorateCallable(bulkhead(CAPPED, CAP), action),
                "/stock",
                CircuitBreaker.of("inventory", breaker)
                        .decorateCallable(Bulkhead.decorateCallable(bulkhead("inventory", PLACES), action)),
                "/price",
                CircuitBreaker.of("pricing", breaker)
                        .decorateCallable(Bulkhead.decorateCallable(bulkhead("pricing", LIMIT), action)));
        Bulkhead limit = bulkhead("orders", LIMIT);
        actions.forEach((path, inner) -> {
            Callable<byte[]> limited = Bulkhead.decorateCallable(limit, inner);
            HttpContext unused = guarded.serve(path, exchange -> {
                String client = exchange.getRequestHeaders().getFirst(CLIENT);
                return RateLimiter.decorateCallable(limiters.rateLimiter(client), limited)
                        .call();
            });
        });
        guarded.server.start();
        return guarded;
    }

    private static Bulkhead bulkhead(String name, int calls) {
        return Bulkhead.of(
                name,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(calls)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    /** What the requests do that are let through. */
    Work work() {
        return work;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private HttpContext serve(String path, Endpoint endpoint) {
        return server.createContext(path, exchange -> {
            try (exchange) {
                byte[] answer;
                try {
                    answer = endpoint.answer(exchange);
                } catch (GuardRefusedException refused) {
                    long seconds = Math.max(
                            1, refused.retryAfter().plusNanos(999_999_999).toSeconds());
                    exchange.getResponseHeaders().set("Retry-After", Long.toString(seconds));
                    exchange.sendResponseHeaders(503, -1);
                    return;
                } catch (RequestNotPermitted refused) {
                    exchange.sendResponseHeaders(429, -1);
                    return;
                } catch (BulkheadFullException | CallNotPermittedException refused) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                } catch (Exception failed) {
                    exchange.sendResponseHeaders(502, -1);
                    return;
                }
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
    }

    @Override
    public void close() {
        server.stop(0);
        closeGuards.run();
        executor.shutdownNow();
    }

    /** Answers a request. */
    @FunctionalInterface
    private interface Endpoint {
        byte[] answer(HttpExchange exchange) throws Exception;
    }

    /** What a request does: nothing, but it waits, or fails, while it is told to. Thread-safe. */
    static final class Work {
        private static final long PATIENCE_SECONDS = 60;

        private final LongAdder done = new LongAdder();

        /** Written by whoever measures, read by each request. */
        private volatile CountDownLatch gate = new CountDownLatch(0);

        private volatile boolean failing;

        void hold() {
            gate = new CountDownLatch(1);
        }

        void letGo() {
            gate.countDown();
        }

        void fail(boolean fails) {
            failing = fails;
        }

        /** How many requests got here. */
        long done() {
            return done.sum();
        }

        private byte[] answer() throws Exception {
            done.increment();
            if (!gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || failing) {
                throw new IOException("down");
            }
            return ANSWER.clone();
        }
    }
}
