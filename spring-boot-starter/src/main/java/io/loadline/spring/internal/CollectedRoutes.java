/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import io.loadline.startup.WarmUp;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The service's {@link RouteTable}, made once all beans exist and before the server listens. Thread-safe. */
public final class CollectedRoutes implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(CollectedRoutes.class);

    private final ConcurrencyLimiter limiter;
    private final ObjectProvider<RouteContributor> contributors;
    private final Collection<String> exclude;
    private final List<String> excludedUserAgents;
    private final RouteCriticality criticality;
    private final @Nullable WarmUp warmUp;

    /** Written once, before routes are collected. */
    private Set<String> limited = Set.of();

    /** Written once, at start, before any request; until then everything takes the other route. */
    private volatile RouteTable table;

    /** Sets the names of routes that have settings of their own, of the limiter or the quota. */
    public CollectedRoutes limited(Set<String> names) {
        limited = names;
        return this;
    }

    /**
     * Will collect from {@code contributors}; {@code exclude} and {@code excludedUserAgents} are the settings
     * {@code loadline.limit.exclude} and {@code loadline.limit.exclude-user-agents}, {@code criticality} tells what routes
     * matter, and {@code warmUp} calls routes of the service itself.
     *
     * @throws InvalidSettingException if a user agent is blank
     */
    public CollectedRoutes(
            ConcurrencyLimiter limiter,
            ObjectProvider<RouteContributor> contributors,
            List<String> exclude,
            List<String> excludedUserAgents,
            RouteCriticality criticality,
            ObjectProvider<WarmUp> warmUp) {
        this.limiter = limiter;
        this.contributors = contributors;
        this.exclude = exclude;
        this.excludedUserAgents = excludedUserAgents;
        this.criticality = criticality;
        this.warmUp = warmUp.getIfAvailable();
        this.table = RouteTable.builder(limiter).build();
        if (excludedUserAgents.stream().anyMatch(String::isBlank)) {
            throw new InvalidSettingException(
                    "loadline.limit.exclude-user-agents",
                    excludedUserAgents,
                    "each is what the header begins with, such as ELB-HealthChecker/, and a blank one would be all",
                    null);
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        RouteTable collected = RouteTable.of(limiter, contributors.orderedStream(), exclude, criticality);
        table = collected;
        Set<String> known = collected.names();
        Set<String> unknown = new TreeSet<>(limited);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            LOG.warn(
                    "There are settings for {}, which no handler has: what is kept for them lies idle."
                            + " The routes are {}",
                    unknown,
                    known);
        }
        // First come, first served where there are more routes than may be told apart.
        for (String name : limited) {
            Route unused = known.contains(name) ? limiter.route(name) : null;
        }
    }

    /**
     * As {@link RouteTable#match}; null for calls of the service's own warm-up, too, which are no load, and slow on purpose,
     * and for those of user agents that are excluded.
     *
     * @param header gives the value of a request's header, or null
     */
    public @Nullable MatchedRoute match(String method, String path, Function<String, @Nullable String> header) {
        WarmUp calls = warmUp;
        boolean own = calls != null && calls.isOwn(header.apply(WarmUp.HEADER));
        return own || isExcluded(header) ? null : table.match(method, path);
    }

    private boolean isExcluded(Function<String, @Nullable String> header) {
        String userAgent = excludedUserAgents.isEmpty() ? null : header.apply("User-Agent");
        return userAgent != null && excludedUserAgents.stream().anyMatch(userAgent::startsWith);
    }
}
