/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of one limiter: a bounded map that only grows. Thread-safe; reading takes no lock. */
final class RouteTable {
    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);

    private final Object owner;
    private final int max;
    private final Function<String, @Nullable RouteGroup> groupOf;
    private final Map<String, Route> byName = new ConcurrentHashMap<>();
    private final List<Route> all = new CopyOnWriteArrayList<>();
    private final Route other;

    /** Written under the lock when the first name finds no room, read without: later ones then take no lock. */
    private volatile boolean full;

    RouteTable(Object owner, int max, Function<String, @Nullable RouteGroup> groupOf) {
        this.owner = owner;
        this.max = max;
        this.groupOf = groupOf;
        this.other = add(Route.OTHER);
    }

    /** How many there can be. */
    int max() {
        return max;
    }

    Route other() {
        return other;
    }

    List<Route> all() {
        return all;
    }

    Route get(String name) {
        Route known = byName.get(name);
        if (known != null) {
            return known;
        }
        checkArgument(!name.isBlank(), "a route's name must not be blank: '%s'", name);
        return full ? other : getOrAdd(name);
    }

    private synchronized Route getOrAdd(String name) {
        @Nullable Route known = byName.get(name);
        if (known != null) {
            return known;
        }
        if (full) {
            return other;
        }
        if (all.size() == max) {
            full = true;
            LOG.warn("There are {} routes already; '{}' and all further ones count as '{}'", max, name, Route.OTHER);
            return other;
        }
        return add(name);
    }

    private Route add(String name) {
        Route route = new Route(owner, all.size(), name);
        all.add(route);
        byName.put(name, route);
        join(route);
        return route;
    }

    /** The routes named so have got a group; those that do not exist yet find it when they are made. */
    void join(List<String> names) {
        for (String name : names) {
            Route route = byName.get(name);
            if (route != null) {
                join(route);
            }
        }
    }

    private void join(Route route) {
        route.group(groupOf.apply(route.name()));
    }
}
