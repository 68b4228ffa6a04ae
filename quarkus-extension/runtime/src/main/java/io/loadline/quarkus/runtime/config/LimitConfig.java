/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.limit.Criticality;
import io.loadline.limit.Enforcement;
import io.quarkus.runtime.annotations.ConfigDocMapKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.limit.*}. Immutable. */
public interface LimitConfig {

    /**
     * What happens to a request beyond the limit: `enforce` refuses it, `shadow` admits and counts it, `off` only counts
     * requests in flight. Default: `enforce`.
     */
    Optional<Enforcement> enforcement();

    /** What moves the limit: `adaptive`, `fixed` (needs `quarkus.loadline.limit.initial`) or `aimd`. Default: `adaptive`. */
    Optional<Algorithm> algorithm();

    /**
     * Limit to begin with, in requests. Default of `adaptive`: four per available processor, at least 16.
     */
    Optional<Integer> initial();

    /** Lowest limit, in requests. Default of `adaptive`: half the available processors, at least 2. */
    Optional<Integer> min();

    /** Highest limit, in requests. Default of `adaptive`: 10,000. */
    Optional<Integer> max();

    /** Number of routes that are told apart; all further ones count as `other`. Default: 100. */
    Optional<Integer> maxRoutes();

    /** Number of event streams and other streams that may be open at once. Default: as many as come. */
    Optional<Integer> maxStreams();

    /**
     * What single routes, such as `"GET /orders/{id}"`, or groups of them are guaranteed of the limit and may take of it at
     * most.
     */
    @ConfigDocMapKey("route-or-group")
    Map<String, RouteSettings> routes();

    /** When the adaptive limit begins to be enforced. */
    WarmUp warmUp();

    /** Which requests are refused first when there are too many. */
    RequestCriticality criticality();

    /** What is done about requests whose clients will not wait for the answer. */
    Deadline deadline();

    /** How requests tell that they are tried again. */
    RequestAttempt attempt();

    /** Whether requests beyond the limit wait for their turn. */
    Waiting waiting();

    /** Path patterns of requests that are neither limited nor counted, such as `/static/**`. */
    Optional<List<String>> exclude();

    /**
     * What the `User-Agent` headers begin with of requests that are neither limited nor counted, such as
     * `ELB-HealthChecker/`.
     */
    Optional<List<String>> excludeUserAgents();

    /** The settings under {@code quarkus.loadline.limit.routes.*}. */
    interface RouteSettings {
        /** Part of the limit that is kept for it, 0 to below 1. Default: 0. */
        Optional<Double> share();

        /** Number of its requests that may run at once. Default: no cap. */
        Optional<Integer> cap();

        /** The same as a part of the limit, above 0 to 1. Default: no cap. */
        Optional<Double> capShare();

        /** Names of the routes it is a group of, such as `GET /orders/{id}`. Default: the one it is named like. */
        Optional<List<String>> routes();
    }

    /** The settings under {@code quarkus.loadline.limit.warm-up.*}. */
    interface WarmUp {
        /** How long after the first requests the adaptive limit is not enforced; 0 enforces it at once. Default: 10s. */
        Optional<Duration> duration();

        /** Number of requests after which it is enforced even if that time is not over. Default: 1000. */
        Optional<Integer> calls();
    }

    /** The settings under {@code quarkus.loadline.limit.criticality.*}. */
    interface RequestCriticality {
        /** Whether requests may tell their criticality, in a header or in W3C baggage. Default: true. */
        Optional<Boolean> fromHeader();

        /** Header in which they do. Default: `Criticality`. */
        Optional<String> header();

        /**
         * Highest criticality that a request may claim where its route has a lower one: `critical-plus`, `critical`,
         * `sheddable-plus` or `sheddable`. Default: `sheddable`, so that requests only lower theirs.
         */
        Optional<Criticality> maxFromHeader();

        /**
         * Header that tells whom a request is for, such as `X-User-Id`: requests of one user are served or refused together.
         * Default: none.
         */
        Optional<String> cohortHeader();

        /**
         * Routes that are refused last of all: path patterns such as `/checkout/**`, with a method or without,
         * `POST /orders`.
         */
        Optional<List<String>> criticalPlus();

        /** Routes that are refused before the most critical; what is named nowhere is critical. */
        Optional<List<String>> critical();

        /** Routes that are refused before critical ones, such as jobs that try again. */
        Optional<List<String>> sheddablePlus();

        /** Routes that are refused first. */
        Optional<List<String>> sheddable();
    }

    /** The settings under {@code quarkus.loadline.limit.deadline.*}. */
    interface Deadline {
        /**
         * Whether requests may tell how long their clients wait, in `X-Request-Timeout`, `grpc-timeout` or
         * `x-envoy-expected-rq-timeout-ms`, and are refused when that has passed or cannot suffice. Default: true.
         */
        Optional<Boolean> fromHeader();
    }

    /** The settings under {@code quarkus.loadline.limit.attempt.*}. */
    interface RequestAttempt {
        /**
         * Whether requests may tell that they are tried again, in `x-envoy-attempt-count`, `grpc-previous-rpc-attempts` or the
         * header named here, and are no further demand then. Default: true.
         */
        Optional<Boolean> fromHeader();

        /** Header that tells which attempt a request is, 1 for the first. Default: none. */
        Optional<String> header();
    }

    /** The settings under {@code quarkus.loadline.limit.waiting.*}. */
    interface Waiting {
        /**
         * How long a request beyond the limit may wait before it is refused. It takes no thread meanwhile. Default: not at
         * all.
         */
        Optional<Duration> maxWait();

        /** How many may wait at once. Default: as many as the limit is. */
        Optional<Integer> maxWaiters();
    }

    /** What moves the limit. */
    enum Algorithm {
        /** Finds the limit from latency, and checks that cuts of it help. */
        ADAPTIVE,
        /** Does not move it. */
        FIXED,
        /** Additive increase, multiplicative decrease on failures. */
        AIMD
    }
}
