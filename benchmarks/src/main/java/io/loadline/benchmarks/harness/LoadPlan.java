/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LoadGenerator} shall send. Immutable.
 *
 * @param target where to connect to
 * @param paths asked for in turn, by {@code GET}
 * @param ratePerSecond requests a second, whatever becomes of them
 * @param arrivals how they are spread
 * @param seed of the arrivals, so that two runs meet the same gaps
 * @param timeout how long a client waits after it has sent, or begun to connect; then it resets the connection
 * @param retries how often a request that was not answered well is sent again at most
 * @param backoff what a client waits before it does: half of it to all, at random, and twice as much each time
 * @param freshShare 0..1, the share of requests that get a connection of their own, with {@code Connection: close}
 * @param maxIdle how long a kept-alive connection may be idle before the client closes it
 * @param log where one CSV line per request goes, or null
 */
public record LoadPlan(
        InetSocketAddress target,
        List<String> paths,
        double ratePerSecond,
        Arrivals arrivals,
        long seed,
        Duration timeout,
        int retries,
        Duration backoff,
        double freshShare,
        Duration maxIdle,
        @Nullable Path log) {

    /** Starts a plan against a port of the loopback address; the defaults are in {@link Builder}. */
    public static Builder builder(int port, String... paths) {
        return new Builder(port, List.of(paths));
    }

    byte[] encode(String path, boolean fresh) {
        return ("GET " + path + " HTTP/1.1\r\nHost: " + target.getHostString() + ':' + target.getPort()
                        + "\r\nAccept: */*\r\n" + (fresh ? "Connection: close\r\n" : "") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Builds plans. Not thread-safe. */
    public static final class Builder {
        private final int port;
        private final List<String> paths;
        private double ratePerSecond = 100;
        private Arrivals arrivals = Arrivals.POISSON;
        private long seed = 42;
        private Duration timeout = Duration.ofSeconds(1);
        private int retries;
        private Duration backoff = Duration.ofMillis(100);
        private double freshShare;
        private Duration maxIdle = Duration.ofSeconds(5);
        private @Nullable Path log;

        private Builder(int port, List<String> paths) {
            check(!paths.isEmpty(), "paths must not be empty: %s", paths);
            this.port = port;
            this.paths = paths;
        }

        /** Sets the requests a second. Default: 100. */
        public Builder ratePerSecond(double ratePerSecond) {
            check(ratePerSecond > 0, "ratePerSecond must be above 0: %s", ratePerSecond);
            this.ratePerSecond = ratePerSecond;
            return this;
        }

        /** Sets how requests are spread. Default: {@link Arrivals#POISSON}. */
        public Builder arrivals(Arrivals arrivals) {
            this.arrivals = arrivals;
            return this;
        }

        /** Sets the seed of the arrivals. Default: 42. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Sets the client's patience with one attempt. Default: 1 s. */
        public Builder timeout(Duration timeout) {
            check(timeout.toNanos() > 0, "timeout must be above 0: %s", timeout);
            this.timeout = timeout;
            return this;
        }

        /** Sets how often a request is sent again at most, and the first pause before. Default: never. */
        public Builder retries(int retries, Duration backoff) {
            check(retries >= 0, "retries must not be below 0: %s", retries);
            check(backoff.toNanos() > 0, "backoff must be above 0: %s", backoff);
            this.retries = retries;
            this.backoff = backoff;
            return this;
        }

        /** Sets the share of requests on connections of their own. Default: 0, all are kept alive. */
        public Builder freshShare(double freshShare) {
            check(freshShare >= 0 && freshShare <= 1, "freshShare must be within 0..1: %s", freshShare);
            this.freshShare = freshShare;
            return this;
        }

        /** Sets how long a kept-alive connection may be idle. Default: 5 s. */
        public Builder maxIdle(Duration maxIdle) {
            this.maxIdle = maxIdle;
            return this;
        }

        /** Sets the file for one CSV line per request. Default: none. */
        public Builder log(Path log) {
            this.log = log;
            return this;
        }

        public LoadPlan build() {
            return new LoadPlan(
                    new InetSocketAddress("127.0.0.1", port),
                    paths,
                    ratePerSecond,
                    arrivals,
                    seed,
                    timeout,
                    retries,
                    backoff,
                    freshShare,
                    maxIdle,
                    log);
        }

        private static void check(boolean holds, String message, Object value) {
            if (!holds) {
                throw new IllegalArgumentException(String.format(message, value));
            }
        }
    }
}
