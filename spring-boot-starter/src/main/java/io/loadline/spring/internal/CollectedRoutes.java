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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The service's {@link RouteTable}, made once all beans exist and before the server listens. Thread-safe. */
public final class CollectedRoutes implements SmartInitializingSingleton {
    private final ConcurrencyLimiter limiter;
    private final ObjectProvider<RouteContributor> contributors;
    private final Collection<String> exclude;
    private final List<String> excludedUserAgents;
    private final RouteCriticality criticality;
    private final @Nullable WarmUp warmUp;

    /** Written once, at start, before any request; until then everything takes the other route. */
    private volatile RouteTable table;

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
        table = RouteTable.of(limiter, contributors.orderedStream(), exclude, criticality);
    }

    /**
     * As {@link RouteTable#match}; null for calls of the service's own warm-up, too, which are no load, and slow on purpose,
     * and for those of user agents that are excluded.
     *
     * @param header gives the value of a request's header, or null
     */
    public @Nullable Route match(String method, String path, Function<String, @Nullable String> header) {
        WarmUp calls = warmUp;
        boolean own = calls != null && calls.isOwn(header.apply(WarmUp.HEADER));
        return own || isExcluded(header) ? null : table.match(method, path);
    }

    private boolean isExcluded(Function<String, @Nullable String> header) {
        String userAgent = excludedUserAgents.isEmpty() ? null : header.apply("User-Agent");
        return userAgent != null && excludedUserAgents.stream().anyMatch(userAgent::startsWith);
    }
}
