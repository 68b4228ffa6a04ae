/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a limiter that can change while it runs. Immutable.
 *
 * <pre>{@code
 * limiter.settings(limiter.settings().enforcement(Enforcement.SHADOW).bounds(new LimitBounds(4, 64)));
 * }</pre>
 *
 * @param enforcement what happens to a call that exceeds the limit
 * @param bounds between which the limit moves; equal ones under a fixed limit; null if the algorithm has none that can change
 * @param maxWaiters how many calls may wait at once, 0 to {@link ConcurrencyLimiter#MAX_LIMIT}; null for as many as the
 *     limit is
 * @param maxStreams how many streams there may be at once, at least 0; {@link Integer#MAX_VALUE} for as many as come
 * @param routes what routes and groups are guaranteed and may take at most, by name
 */
public record LimiterSettings(
        Enforcement enforcement,
        @Nullable LimitBounds bounds,
        @Nullable Integer maxWaiters,
        int maxStreams,
        Map<String, RouteLimits> routes) {
    /**
     * Checks the ranges; what only the limiter knows, it checks.
     *
     * @throws IllegalArgumentException if a value is outside its range, a name is blank or shares add up to 1 or more
     */
    public LimiterSettings {
        if (maxWaiters != null) {
            int unused = Waiting.checkMax(maxWaiters);
        }
        int unusedStreams = Streams.checkMax(maxStreams);
        routes = Collections.unmodifiableMap(new LinkedHashMap<>(routes));
        routes.keySet()
                .forEach(name ->
                        checkArgument(!name.isBlank(), "the name of a route or group must not be blank: '%s'", name));
        RouteGroups.checkShares(routes);
    }

    /** The same with another enforcement. */
    public LimiterSettings enforcement(Enforcement changed) {
        return new LimiterSettings(changed, bounds, maxWaiters, maxStreams, routes);
    }

    /** The same with other bounds. */
    public LimiterSettings bounds(@Nullable LimitBounds changed) {
        return new LimiterSettings(enforcement, changed, maxWaiters, maxStreams, routes);
    }

    /**
     * The same with another number of calls that may wait; null for as many as the limit is.
     *
     * @throws IllegalArgumentException unless it is between 0 and {@link ConcurrencyLimiter#MAX_LIMIT}
     */
    public LimiterSettings maxWaiters(@Nullable Integer changed) {
        return new LimiterSettings(enforcement, bounds, changed, maxStreams, routes);
    }

    /**
     * The same with another number of streams.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public LimiterSettings maxStreams(int changed) {
        return new LimiterSettings(enforcement, bounds, maxWaiters, changed, routes);
    }

    /**
     * The same with other limits of routes. Those that are missing here stay what they are.
     *
     * @throws IllegalArgumentException if a name is blank or shares add up to 1 or more
     */
    public LimiterSettings routes(Map<String, RouteLimits> changed) {
        return new LimiterSettings(enforcement, bounds, maxWaiters, maxStreams, changed);
    }
}
