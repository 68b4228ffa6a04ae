/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.guard.MissingKeys;
import io.loadline.limit.Enforcement;
import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.guard.*}. Immutable. */
public interface GuardConfig {

    /** How often each client may ask. */
    Quotas quota();

    /** Services that this one depends on, by names of your own. */
    @ConfigDocMapKey("dependency")
    Map<String, Dependency> dependencies();

    /** Which optional features are given up as the load rises. */
    Degradation degradation();

    /** When channels that bring messages are paused. */
    Intake intake();

    /** The settings under {@code quarkus.loadline.guard.quota.*}. */
    interface Quotas {
        /** Number of requests that each client may make in a period; beyond it they get 429. Default: there is no quota. */
        Optional<Integer> limit();

        /** Length of a period, 10 ms to a day; also of classes that have none of their own. Default: 1s. */
        Optional<Duration> period();

        /**
         * What tells the client: `ip`, `principal` (asked after security), `header:` with the name of a header, such as
         * `header:X-Api-Key`, or `bean`, the application's ClientKey. Default: `ip`.
         */
        Optional<String> key();

        /**
         * What happens to a request beyond the quota: `enforce` refuses it, `shadow` admits and counts it, `off` does not
         * look. Default: `enforce`.
         */
        Optional<Enforcement> enforcement();

        /**
         * Number of clients that have a quota of their own at a time; about as many as come within a minute, or a period if
         * that is longer. Default: 20,000.
         */
        Optional<Integer> maxClients();

        /**
         * Number of requests that all clients together may make in a period that have no quota of their own, since there are
         * more clients than `max-clients`. Default: ten times the limit.
         */
        Optional<Integer> newcomers();

        /**
         * What happens to requests that tell no client: `share` makes them one client together, `admit`, or `refuse`.
         * Default: `share`.
         */
        Optional<MissingKeys> missingKeys();

        /**
         * Addresses of proxies, or ranges of them such as `10.0.0.0/8`, that are believed when they say for whom they ask.
         * Default: none.
         */
        Optional<List<String>> trustedProxies();

        /** Header in which they do: `x-forwarded-for` or `forwarded`. Default: `x-forwarded-for`. */
        Optional<ForwardingHeader> forwardingHeader();

        /** Number of bits that IPv6 clients have in common to be one. Default: 64. */
        Optional<Integer> ipv6Prefix();

        /** Limits of classes of clients. */
        @ConfigDocMapKey("class")
        Map<String, ClientClass> classes();

        /**
         * Limits for what each client may ask of single routes, such as `"GET /orders/{id}"`, or groups of them, beside its
         * limit for all.
         */
        @ConfigDocMapKey("route-or-group")
        Map<String, RouteQuota> routes();
    }

    /** The settings under {@code quarkus.loadline.guard.quota.classes.*}. */
    interface ClientClass {
        /** Number of requests that each client of the class may make in a period. */
        Optional<Integer> limit();

        /** Length of a period. Default: `quarkus.loadline.guard.quota.period`. */
        Optional<Duration> period();

        /** Keys of the clients that belong to it; a QuotaBuilderCustomizer may tell others. */
        Optional<List<String>> clients();
    }

    /** The settings under {@code quarkus.loadline.guard.quota.routes.*}. */
    interface RouteQuota {
        /** Number of requests of it that each client may make in a period. */
        Optional<Integer> limit();

        /** Length of a period. Default: `quarkus.loadline.guard.quota.period`. */
        Optional<Duration> period();

        /**
         * Names of the routes it is a group of, such as `GET /orders/{id}`. Default: those of the group of this name in
         * `quarkus.loadline.limit.routes`, or the one route it is named like.
         */
        Optional<List<String>> routes();
    }

    /** Where proxies say for whom they ask. */
    enum ForwardingHeader {
        /** The customary one. */
        X_FORWARDED_FOR,
        /** The one of RFC 7239. */
        FORWARDED
    }

    /** The settings under {@code quarkus.loadline.guard.dependencies.*}. */
    interface Dependency {
        /**
         * Hosts, with a port or without, whose requests by REST clients of Quarkus go through its guard. Default: none, only calls
         * that name the guard do.
         */
        Optional<List<String>> hosts();

        /** Number of calls that may run at once. Default: half of the limit, at least 4. */
        Optional<Integer> concurrency();

        /** Time a call has at most. Default: 5s. */
        Optional<Duration> timeLimit();

        /** Duration from which on a call is slow; a dependency that hangs is noticed so much later. Default: 1s. */
        Optional<Duration> slowCall();

        /** Share of slow calls at which no more are made, above 0 to 1. Default: 0.8. */
        Optional<Double> slowCallRate();

        /** Share of failed calls at which no more are made, above 0 to 1. Default: 0.5. */
        Optional<Double> failureRate();

        /** Number of calls, the latest ones, of which the shares are taken. Default: 100. */
        Optional<Integer> window();

        /** Number of calls before shares are taken. Default: 20. */
        Optional<Integer> minimumCalls();

        /** How long no calls are made the first time. Default: 500ms. */
        Optional<Duration> openFirst();

        /** How long no calls are made when it has not recovered again and again. Default: 2s. */
        Optional<Duration> openMost();

        /** Whether readiness goes down with it. All instances share it, so think twice. Default: false. */
        Optional<Boolean> feedsReadiness();

        /** Whether criticality and remaining time go with requests of REST clients to it. Default: true. */
        Optional<Boolean> propagate();
    }

    /** The settings under {@code quarkus.loadline.guard.degradation.*}. */
    interface Degradation {
        /** Optional features by name, such as `recommendations`. */
        @ConfigDocMapKey("feature")
        Map<String, Feature> features();

        /** Least time between two levels of features that go off. Default: 5s. */
        Optional<Duration> settle();

        /** How long a feature stays off at least. Default: 30s. */
        Optional<Duration> offAtLeast();

        /** How long the load must have been low before a level comes back. Default: 15s. */
        Optional<Duration> calm();

        /** After how long without a valid load features come back all the same. Default: 2m. */
        Optional<Duration> silence();
    }

    /** The settings under {@code quarkus.loadline.guard.degradation.features.*}. */
    interface Feature {
        /** Load above which it goes off, such as 0.9. Default: it goes off by hand only. */
        Optional<Double> offAbove();

        /** Load below which it may come back. Default: three quarters of `off-above`. */
        Optional<Double> onBelow();
    }

    /** The settings under {@code quarkus.loadline.guard.intake.*}. */
    interface Intake {
        /** Whether channels that bring messages are paused while the service has enough to do. Default: false. */
        @WithDefault("false")
        boolean enabled();

        /** Load above which they are paused. Default: 1.1. */
        Optional<Double> pauseAbove();

        /** Load below which they may go on. Default: 0.9, or 80 % of `pause-above` if that is below 1.1. */
        Optional<Double> resumeBelow();

        /** How long they are paused at least. Default: 5s. */
        Optional<Duration> pausedAtLeast();

        /** How long the load must have been low before they go on. Default: 2s. */
        Optional<Duration> calm();

        /** How long a message that is handled through the gate waits to be admitted. Default: 500ms. */
        Optional<Duration> maxWait();

        /** Names of channels that are never paused for load. */
        Optional<List<String>> exclude();
    }
}
