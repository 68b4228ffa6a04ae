/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.startup.WarmUpReport.End;
import io.loadline.time.Ticker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Calls a few of the service's own routes over loopback until their latency settles, so that compiled code, connections
 * and caches are there before the first user. Thread-safe; runs one after the other.
 *
 * <p>Bounded by time and by calls, and it never fails: a route that does not answer is reported, not thrown. To be run
 * when the server listens and before the service is ready; an interrupt ends it.
 */
public final class WarmUp {
    /*
     * Rounds of calls, one at a time, so that latency and not queueing is seen. A route has settled when the median of a
     * round differs by less than a share from the one before, twice in a row: once may be chance, or the plateau between
     * two tiers of the compiler.
     *
     * The calls carry a token that nobody else knows: adapters let them pass without the limiter, which would learn its
     * baselines from cold calls and believe that it is warm, and they are no load. A fixed name would be an entrance for
     * everybody, so the token is random and void when the warm-up is over.
     */
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int TOKEN_BYTES = 16;

    /** The header of the calls; see {@link #isOwn}. */
    public static final String HEADER = "Loadline-Warm-Up";

    private final List<Call> calls;
    private final long timeLimitNanos;
    private final int maxCalls;
    private final int callsPerRound;
    private final double tolerance;
    private final Duration callTimeout;
    private final Ticker ticker;
    private final Object running = new Object();

    /** Written by whoever runs, read by every request; null while nobody does. */
    private volatile byte @Nullable [] token;

    private WarmUp(Builder builder) {
        this.calls = List.copyOf(builder.calls);
        this.timeLimitNanos = builder.timeLimit.toNanos();
        this.maxCalls = builder.maxCalls;
        this.callsPerRound = builder.callsPerRound;
        this.tolerance = builder.tolerance;
        this.callTimeout = builder.callTimeout;
        this.ticker = builder.ticker;
    }

    /** A builder for a warm-up without routes, which does nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether a request with this value of {@link #HEADER} is a call of this warm-up, which is running. */
    public boolean isOwn(@Nullable String header) {
        byte[] expected = token;
        return expected != null
                && header != null
                && MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The same as {@code stage}, whose start's report names the routes that failed.
     *
     * @param base where the service listens, for example {@code http://127.0.0.1:8080}
     * @throws InterruptedException if the thread is interrupted
     */
    @CanIgnoreReturnValue
    public WarmUpReport run(URI base, StageContext stage) throws InterruptedException {
        WarmUpReport report = run(base);
        report.warnings().forEach(stage::warn);
        return report;
    }

    /**
     * Calls the routes.
     *
     * @param base where the service listens, for example {@code http://127.0.0.1:8080}
     * @throws InterruptedException if the thread is interrupted
     */
    public WarmUpReport run(URI base) throws InterruptedException {
        synchronized (running) {
            if (calls.isEmpty()) {
                return new WarmUpReport(End.NOTHING_TO_DO, Duration.ZERO, List.of());
            }
            byte[] random = new byte[TOKEN_BYTES];
            new SecureRandom().nextBytes(random);
            String secret = HexFormat.of().formatHex(random);
            token = secret.getBytes(StandardCharsets.UTF_8);
            try {
                WarmUpReport report = call(base, secret);
                LOG.atLevel(report.warnings().isEmpty() ? Level.INFO : Level.WARN)
                        .log(
                                "Warm-up: {} after {} ms: {}",
                                report.end(),
                                report.elapsed().toMillis(),
                                report.routes().stream()
                                        .map(WarmUpReport.RouteWarmUp::toString)
                                        .collect(Collectors.joining("; ")));
                return report;
            } finally {
                token = null;
            }
        }
    }

    private WarmUpReport call(URI base, String secret) throws InterruptedException {
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "loadline-warm-up");
            thread.setDaemon(true);
            return thread;
        });
        HttpClient client = HttpClient.newBuilder()
                .executor(executor)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(callTimeout)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
        try {
            List<RouteRounds> routes = new ArrayList<>();
            for (Call call : calls) {
                HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(call.path))
                        .method(call.method, call.body)
                        .header(HEADER, secret);
                if (call.contentType != null) {
                    request.header("Content-Type", call.contentType);
                }
                routes.add(new RouteRounds(call.toString(), request.build(), client, ticker, tolerance));
            }
            return rounds(routes);
        } finally {
            executor.shutdown();
            close(client);
        }
    }

    private WarmUpReport rounds(List<RouteRounds> routes) throws InterruptedException {
        long begun = ticker.read();
        End end = null;
        while (end == null) {
            for (RouteRounds route : routes) {
                if (end == null && !route.isOver(maxCalls)) {
                    end = round(route, begun);
                }
            }
            if (end == null) {
                end = end(routes);
            }
        }
        return new WarmUpReport(
                end,
                Duration.ofNanos(ticker.read() - begun),
                routes.stream().map(RouteRounds::report).toList());
    }

    /** Returns TIME if that was over before the round was. */
    private @Nullable End round(RouteRounds route, long begun) throws InterruptedException {
        for (int i = 0; i < callsPerRound && route.calls() < maxCalls; i++) {
            long left = timeLimitNanos - (ticker.read() - begun);
            if (left <= 0) {
                return End.TIME;
            }
            route.call(Math.min(left, callTimeout.toNanos()));
        }
        route.endRound();
        return null;
    }

    private @Nullable End end(List<RouteRounds> routes) {
        if (routes.stream().allMatch(RouteRounds::hasFailed)) {
            return End.FAILED;
        }
        if (!routes.stream().allMatch(route -> route.isOver(maxCalls))) {
            return null;
        }
        return routes.stream().allMatch(route -> route.hasSettled() || route.hasFailed()) ? End.SETTLED : End.CALLS;
    }

    /** Since Java 21 clients can be closed; before, their thread ends when they are collected. */
    private static void close(Object client) {
        if (client instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.debug("Warm-up: the client could not be closed", e);
            }
        }
    }

    private record Call(
            String method, String path, @Nullable String contentType, BodyPublisher body) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Builds warm-ups. Not thread-safe. */
    public static final class Builder {
        private final List<Call> calls = new ArrayList<>();
        private Duration timeLimit = Duration.ofSeconds(10);
        private Duration callTimeout = Duration.ofSeconds(5);
        private int maxCalls = 1000;
        private int callsPerRound = 20;
        private double tolerance = 0.1;
        private Ticker ticker = Ticker.system();

        private Builder() {}

        /**
         * Adds a route to be called by GET.
         *
         * @throws IllegalArgumentException unless {@code path} is a path, with a query or not
         */
        @CanIgnoreReturnValue
        public Builder get(String path) {
            return add("GET", path, null, BodyPublishers.noBody());
        }

        /**
         * Adds a route to be called by POST. It is called many times over: it must be one that changes nothing.
         *
         * @throws IllegalArgumentException unless {@code path} is a path, with a query or not
         */
        @CanIgnoreReturnValue
        public Builder post(String path, String contentType, String body) {
            return add("POST", path, contentType, BodyPublishers.ofString(body));
        }

        /**
         * Sets the longest time all calls together may take; readiness waits for them. Default: 10 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder timeLimit(Duration timeLimit) {
            this.timeLimit = checkPositive("timeLimit", timeLimit);
            return this;
        }

        /**
         * Sets the time one call may take. Default: 5 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder callTimeout(Duration callTimeout) {
            this.callTimeout = checkPositive("callTimeout", callTimeout);
            return this;
        }

        /**
         * Sets how often each route may be called. Default: 1000.
         *
         * @throws IllegalArgumentException if {@code maxCalls < 1}
         */
        @CanIgnoreReturnValue
        public Builder maxCalls(int maxCalls) {
            checkArgument(maxCalls >= 1, "maxCalls must be at least 1: %s", maxCalls);
            this.maxCalls = maxCalls;
            return this;
        }

        /**
         * Sets how many calls make a round. Default: 20.
         *
         * @throws IllegalArgumentException if {@code callsPerRound < 1}
         */
        @CanIgnoreReturnValue
        public Builder callsPerRound(int callsPerRound) {
            checkArgument(callsPerRound >= 1, "callsPerRound must be at least 1: %s", callsPerRound);
            this.callsPerRound = callsPerRound;
            return this;
        }

        /**
         * Sets by what share the medians of two rounds may differ when a route has settled. Default: 0.1.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 1
         */
        @CanIgnoreReturnValue
        public Builder tolerance(double tolerance) {
            checkArgument(tolerance > 0 && tolerance <= 1, "tolerance must be above 0 and at most 1: %s", tolerance);
            this.tolerance = tolerance;
            return this;
        }

        /** Sets where time is read. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** A new warm-up. */
        public WarmUp build() {
            return new WarmUp(this);
        }

        private Builder add(String method, String path, @Nullable String contentType, BodyPublisher body) {
            checkArgument(
                    path.startsWith("/") && !path.startsWith("//"),
                    "path must begin with one slash, the host is this one: '%s'",
                    path);
            // Refuses what is no URI, with a message that shows it.
            URI unused = URI.create(path);
            calls.add(new Call(method, path, contentType, body));
            return this;
        }

        private static Duration checkPositive(String name, Duration duration) {
            checkArgument(!duration.isNegative() && !duration.isZero(), "%s must be positive: %s", name, duration);
            return duration;
        }
    }
}
