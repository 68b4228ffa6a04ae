/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Settings, ready to decide by. Immutable, but for the permits that newcomers and unknown clients share. */
final class QuotaPlan {
    final QuotaSettings settings;
    final QuotaTerms general;
    final Allowance newcomers;
    final Allowance unknown;
    private final Map<String, QuotaTerms> classes = new HashMap<>();
    private final Map<String, QuotaRoute> routes = new HashMap<>();

    /** The first of a quota. */
    QuotaPlan(QuotaSettings settings, QuotaClock clock) {
        this.settings = settings;
        this.general = new QuotaTerms(settings.limit());
        settings.classes().forEach((name, limit) -> classes.put(name, new QuotaTerms(limit)));
        settings.routes().forEach((name, limit) -> routes.put(name, new QuotaRoute(name, limit, clock, null)));
        this.newcomers = new Allowance(clock, new QuotaTerms(settings.newcomersOrDefault()));
        this.unknown = new Allowance(clock, new QuotaTerms(settings.unknownOrDefault()));
    }

    /** The one after {@code before}: what stays the same keeps its object, by which clients see that nothing changed. */
    QuotaPlan(QuotaSettings settings, QuotaClock clock, QuotaPlan before) {
        this.settings = settings;
        this.general = terms(settings.limit(), before.general);
        settings.classes().forEach((name, limit) -> classes.put(name, terms(limit, before.classes.get(name))));
        settings.routes()
                .forEach(
                        (name, limit) -> routes.put(name, new QuotaRoute(name, limit, clock, before.routes.get(name))));
        this.newcomers = under(settings.newcomersOrDefault(), before.newcomers);
        this.unknown = under(settings.unknownOrDefault(), before.unknown);
    }

    /** Of a class; of nobody in particular where it is null or there is none of that name. */
    QuotaTerms terms(@Nullable String clientClass) {
        if (clientClass == null) {
            return general;
        }
        QuotaTerms terms = classes.get(clientClass);
        return terms == null ? general : terms;
    }

    /** Of the route or group of that name; null if it has no limit. */
    @Nullable
    QuotaRoute route(String name) {
        return routes.get(name);
    }

    /** What the limits of routes have refused, by the name of the route or group. */
    Map<String, QuotaStats.OfRoute> refusals() {
        Map<String, QuotaStats.OfRoute> refusals = new HashMap<>();
        routes.forEach(
                (name, route) -> refusals.put(name, new QuotaStats.OfRoute(route.refused.sum(), route.shadowed.sum())));
        return refusals;
    }

    boolean hasRoutes() {
        return !routes.isEmpty();
    }

    /** After so long without a request every client has its whole quota again. */
    long longestPeriodNanos() {
        return Stream.concat(classes.values().stream(), routes.values().stream().map(route -> route.terms))
                .mapToLong(terms -> terms.periodNanos)
                .reduce(general.periodNanos, Math::max);
    }

    static QuotaTerms terms(QuotaLimit limit, @Nullable QuotaTerms before) {
        return before != null && before.limit.equals(limit) ? before : new QuotaTerms(limit);
    }

    static Allowance under(QuotaLimit limit, Allowance before) {
        return before.terms.limit.equals(limit) ? before : before.under(new QuotaTerms(limit));
    }
}
