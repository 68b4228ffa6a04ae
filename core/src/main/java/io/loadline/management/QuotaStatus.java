/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.guard.Quota;
import io.loadline.guard.QuotaLimit;
import io.loadline.guard.QuotaSettings;
import io.loadline.guard.QuotaStats;
import io.loadline.internal.JsonWriter;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What clients may ask for by one quota, and what was refused, at one moment. Immutable.
 *
 * @param name the quota's name
 * @param enforcement {@code off}, {@code shadow} or {@code enforce}
 * @param limit what each client gets that is in no class
 * @param classes what each client of a class gets
 * @param routes what each client may ask of single routes or groups, by their names
 * @param allowed requests within the quota, since the start
 * @param shadowed requests admitted although {@code enforce} would have refused them, since the start
 * @param refused requests of clients that had used their quota, since the start
 * @param crowded requests of newcomers that were refused for want of places, since the start
 * @param clients clients that have a quota of their own
 * @param newcomers clients that share what newcomers get
 * @param explanation in words what was refused; empty if nothing was
 */
public record QuotaStatus(
        String name,
        String enforcement,
        Limit limit,
        Map<String, Limit> classes,
        Map<String, Route> routes,
        long allowed,
        long shadowed,
        long refused,
        long crowded,
        long clients,
        long newcomers,
        String explanation) {

    /** Copies the maps. */
    public QuotaStatus {
        classes = Collections.unmodifiableMap(new TreeMap<>(classes));
        routes = Collections.unmodifiableMap(new TreeMap<>(routes));
    }

    /**
     * So many requests in each period. Immutable.
     *
     * @param permits the requests
     * @param seconds the period
     */
    public record Limit(int permits, double seconds) {
        static Limit of(QuotaLimit limit) {
            return new Limit(limit.permits(), limit.per().toMillis() / 1e3);
        }
    }

    /**
     * One route, or one group of them. Immutable.
     *
     * @param permits what each client may ask of it in each period
     * @param seconds the period
     * @param refused requests that this limit refused, since there is one
     * @param shadowed requests that it would have refused, since there is one
     */
    public record Route(int permits, double seconds, long refused, long shadowed) {}

    static QuotaStatus of(Quota quota) {
        QuotaSettings settings = quota.settings();
        QuotaStats stats = quota.stats();
        Map<String, Limit> classes = new TreeMap<>();
        settings.classes().forEach((name, limit) -> classes.put(name, Limit.of(limit)));
        Map<String, Route> routes = new TreeMap<>();
        settings.routes().forEach((name, limit) -> {
            QuotaStats.OfRoute counts = stats.routes().getOrDefault(name, QuotaStats.OfRoute.NONE);
            Limit of = Limit.of(limit);
            routes.put(name, new Route(of.permits, of.seconds, counts.refused(), counts.shadowed()));
        });
        return new QuotaStatus(
                quota.name(),
                settings.enforcement().name().toLowerCase(Locale.ROOT),
                Limit.of(settings.limit()),
                classes,
                routes,
                stats.allowed(),
                stats.shadowed(),
                stats.refused(),
                stats.crowded(),
                stats.clients(),
                stats.newcomers(),
                explanation(quota.name(), stats, routes));
    }

    void write(JsonWriter json) {
        json.beginObject().member("name", name).member("enforcement", enforcement);
        write(json, "limit", limit);
        json.beginObject("classes");
        classes.forEach((of, each) -> write(json, of, each));
        json.endObject().beginObject("routes");
        routes.forEach((of, each) -> json.beginObject(of)
                .member("permits", each.permits)
                .member("seconds", each.seconds)
                .member("refused", each.refused)
                .member("shadowed", each.shadowed)
                .endObject());
        json.endObject()
                .member("allowed", allowed)
                .member("shadowed", shadowed)
                .member("refused", refused)
                .member("crowded", crowded)
                .member("clients", clients)
                .member("newcomers", newcomers)
                .member("explanation", explanation)
                .endObject();
    }

    private static void write(JsonWriter json, String name, Limit limit) {
        json.beginObject(name)
                .member("permits", limit.permits)
                .member("seconds", limit.seconds)
                .endObject();
    }

    private static String explanation(String name, QuotaStats stats, Map<String, Route> routes) {
        long refused = stats.refused() + stats.crowded();
        if (refused + stats.shadowed() == 0) {
            return "";
        }
        String byRoute = routes.entrySet().stream()
                .filter(each -> each.getValue().refused + each.getValue().shadowed > 0)
                .map(each -> ", %d of them by the limit of %s"
                        .formatted(each.getValue().refused + each.getValue().shadowed, each.getKey()))
                .collect(Collectors.joining());
        return "Quota %s has refused %d requests so far%s%s."
                .formatted(
                        name,
                        refused,
                        stats.shadowed() == 0
                                ? ""
                                : " and admitted %d that it would refuse".formatted(stats.shadowed()),
                        byRoute);
    }
}
