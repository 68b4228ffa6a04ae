/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The service's {@link RouteTable}, made once all beans exist and before the server listens. Thread-safe. */
public final class CollectedRoutes implements SmartInitializingSingleton {
    private final ConcurrencyLimiter limiter;
    private final ObjectProvider<RouteContributor> contributors;
    private final Collection<String> exclude;

    /** Written once, at start, before any request; until then everything takes the other route. */
    private volatile RouteTable table;

    /** Will collect from {@code contributors}; {@code exclude} is the setting {@code loadline.limit.exclude}. */
    public CollectedRoutes(
            ConcurrencyLimiter limiter, ObjectProvider<RouteContributor> contributors, List<String> exclude) {
        this.limiter = limiter;
        this.contributors = contributors;
        this.exclude = exclude;
        this.table = RouteTable.builder(limiter).build();
    }

    @Override
    public void afterSingletonsInstantiated() {
        table = RouteTable.of(limiter, contributors.orderedStream(), exclude);
    }

    /** As {@link RouteTable#match}. */
    public @Nullable Route match(String method, String path) {
        return table.match(method, path);
    }
}
