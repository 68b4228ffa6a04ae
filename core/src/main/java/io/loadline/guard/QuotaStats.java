/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cumulative counts of a quota since it was built, and how many clients it knows. Immutable. Nothing is counted while it is
 * {@link io.loadline.limit.Enforcement#OFF}. Counts are read one by one: a snapshot taken under load may be off by the
 * requests that are being decided.
 *
 * <ul>
 *   <li>{@code allowed}, {@code shadowed}, {@code refused} and {@code crowded} add up to all decisions.
 *   <li>{@code evicted} and {@code missingKeys} tell of requests that were counted by one of these, too.
 * </ul>
 *
 * @param allowed requests within the quota
 * @param shadowed requests admitted although {@link io.loadline.limit.Enforcement#ENFORCE} would have refused them
 * @param refused requests refused since their client, or all without a key, had used the quota
 * @param crowded requests of newcomers that were refused since there were more clients than places
 * @param missingKeys requests that told no client, or whose key could not be found out
 * @param evicted clients that lost their place, and with it the quota of their own, to busier ones
 * @param clients clients that have a quota of their own now
 * @param newcomers clients that are known now and share what newcomers get
 * @param routes what limits of routes did not admit, by the name of the route or group; counted above, too
 */
public record QuotaStats(
        long allowed,
        long shadowed,
        long refused,
        long crowded,
        long missingKeys,
        long evicted,
        long clients,
        long newcomers,
        Map<String, OfRoute> routes) {

    /** Copies the routes. */
    public QuotaStats {
        routes = Collections.unmodifiableMap(new TreeMap<>(routes));
    }

    /**
     * What the limit of one route, or of one group, did not admit since it has one. Immutable.
     *
     * @param refused requests refused, those of newcomers included
     * @param shadowed requests admitted although {@link io.loadline.limit.Enforcement#ENFORCE} would have refused them
     */
    public record OfRoute(long refused, long shadowed) {
        /** Of a route that has none. */
        public static final OfRoute NONE = new OfRoute(0, 0);
    }
}
