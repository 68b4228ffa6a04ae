/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import io.loadline.limit.Enforcement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that can be changed of a quota while it runs. Immutable: each decision is taken under one of these as a whole.
 *
 * @param limit what each client gets that belongs to no class
 * @param classes what each client of a class gets, by the name of the class
 * @param routes what each client gets of a route, or a group of routes, beside all that, by its name; see {@link
 *     Quota.Builder#route}
 * @param newcomers what all clients together get that have no place of their own, see {@link Quota}; null for ten times
 *     {@code limit}
 * @param unknown what all requests without a key get together with {@link MissingKeys#SHARE}; null for {@code limit}
 * @param maxClients the most clients that have a quota of their own at a time
 * @param missingKeys what becomes of requests without a key
 * @param enforcement what becomes of requests beyond the quota
 */
public record QuotaSettings(
        QuotaLimit limit,
        Map<String, QuotaLimit> classes,
        Map<String, QuotaLimit> routes,
        @Nullable QuotaLimit newcomers,
        @Nullable QuotaLimit unknown,
        int maxClients,
        MissingKeys missingKeys,
        Enforcement enforcement) {
    /** The default of {@link #maxClients}. */
    public static final int DEFAULT_MAX_CLIENTS = 20_000;

    /** The most that {@link #maxClients} may be. */
    public static final int MOST_CLIENTS = 10_000_000;

    private static final int MOST_ROUTES = 1_000;
    private static final int NEWCOMERS_FACTOR = 10;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if {@code maxClients} is not between 1 and 10,000,000, the name of a class or a
     *     route is blank, or there are more than 1,000 routes
     */
    public QuotaSettings {
        checkArgument(
                maxClients >= 1 && maxClients <= MOST_CLIENTS,
                "maxClients must be between 1 and %s: %s",
                MOST_CLIENTS,
                maxClients);
        classes = Map.copyOf(classes);
        classes.keySet().forEach(QuotaSettings::checkClass);
        routes = Map.copyOf(routes);
        checkArgument(
                routes.size() <= MOST_ROUTES,
                "there must be at most %s routes with a limit: %s",
                MOST_ROUTES,
                routes.size());
        routes.keySet().forEach(QuotaSettings::checkRoute);
    }

    /** The defaults with {@code limit} for everybody. */
    public static QuotaSettings of(QuotaLimit limit) {
        return new QuotaSettings(
                limit, Map.of(), Map.of(), null, null, DEFAULT_MAX_CLIENTS, MissingKeys.SHARE, Enforcement.ENFORCE);
    }

    /**
     * The same with another limit for each client that belongs to no class.
     *
     * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
     */
    public QuotaSettings limit(int permits, Duration per) {
        return new QuotaSettings(
                new QuotaLimit(permits, per),
                classes,
                routes,
                newcomers,
                unknown,
                maxClients,
                missingKeys,
                enforcement);
    }

    /**
     * The same with a limit for each client of class {@code name}, instead of the one it had.
     *
     * @throws IllegalArgumentException if the name is blank or a value outside the ranges of {@link QuotaLimit}
     */
    public QuotaSettings clientClass(String name, int permits, Duration per) {
        checkClass(name);
        Map<String, QuotaLimit> changed = new HashMap<>(classes);
        changed.put(name, new QuotaLimit(permits, per));
        return classes(changed);
    }

    /** The same with these classes of clients and no others. */
    public QuotaSettings classes(Map<String, QuotaLimit> changed) {
        return new QuotaSettings(limit, changed, routes, newcomers, unknown, maxClients, missingKeys, enforcement);
    }

    /**
     * The same with a limit for what each client gets of the route or group {@code name}, instead of the one it had.
     *
     * @throws IllegalArgumentException if the name is blank or a value outside the ranges of {@link QuotaLimit}
     */
    public QuotaSettings route(String name, int permits, Duration per) {
        Map<String, QuotaLimit> changed = new HashMap<>(routes);
        changed.put(name, new QuotaLimit(permits, per));
        return routes(changed);
    }

    /** The same with limits for these routes and groups and no others. */
    public QuotaSettings routes(Map<String, QuotaLimit> changed) {
        return new QuotaSettings(limit, classes, changed, newcomers, unknown, maxClients, missingKeys, enforcement);
    }

    /**
     * The same with a limit for all clients together that have no place of their own.
     *
     * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
     */
    public QuotaSettings newcomers(int permits, Duration per) {
        return new QuotaSettings(
                limit, classes, routes, new QuotaLimit(permits, per), unknown, maxClients, missingKeys, enforcement);
    }

    /** The same; null for ten times the limit of each client. */
    public QuotaSettings newcomers(@Nullable QuotaLimit changed) {
        return new QuotaSettings(limit, classes, routes, changed, unknown, maxClients, missingKeys, enforcement);
    }

    /**
     * The same with a limit for all requests without a key together.
     *
     * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
     */
    public QuotaSettings unknown(int permits, Duration per) {
        return new QuotaSettings(
                limit, classes, routes, newcomers, new QuotaLimit(permits, per), maxClients, missingKeys, enforcement);
    }

    /**
     * The same with room for another number of clients.
     *
     * @throws IllegalArgumentException unless it is between 1 and 10,000,000
     */
    public QuotaSettings maxClients(int clients) {
        return new QuotaSettings(limit, classes, routes, newcomers, unknown, clients, missingKeys, enforcement);
    }

    /** The same, but requests without a key are treated otherwise. */
    public QuotaSettings missingKeys(MissingKeys policy) {
        return new QuotaSettings(limit, classes, routes, newcomers, unknown, maxClients, policy, enforcement);
    }

    /** The same, but requests beyond the quota are treated otherwise. */
    public QuotaSettings enforcement(Enforcement mode) {
        return new QuotaSettings(limit, classes, routes, newcomers, unknown, maxClients, missingKeys, mode);
    }

    QuotaLimit newcomersOrDefault() {
        return newcomers == null ? newcomersOf(limit) : newcomers;
    }

    QuotaLimit unknownOrDefault() {
        return unknown == null ? limit : unknown;
    }

    static QuotaLimit newcomersOf(QuotaLimit limit) {
        return limit.times(NEWCOMERS_FACTOR);
    }

    private static void checkRoute(String name) {
        checkArgument(!name.isBlank(), "the name of a route must not be blank: '%s'", name);
    }

    private static void checkClass(String name) {
        checkArgument(!name.isBlank(), "the name of a class of clients must not be blank: '%s'", name);
    }
}
