/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.RouteLimits;
import io.loadline.spring.LoadlineProperties.RouteSettings;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gives the settings of routes to a limiter's builder. Stateless. */
final class RouteSettingsFactory {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]+");

    private static final String PREFIX = "loadline.limit.routes";

    private RouteSettingsFactory() {}

    static void configure(ConcurrencyLimiter.Builder builder, Map<String, RouteSettings> routes) {
        // In an order of its own: that of a map of settings is anybody's.
        new TreeMap<>(routes).forEach((name, settings) -> {
            String key = key(PREFIX, name);
            RouteLimits limits = RouteLimits.NONE;
            limits = with(key + ".cap-share", settings.capShare(), limits, RouteLimits::capShare);
            limits = with(key + ".cap", settings.cap(), limits, RouteLimits::cap);
            limits = with(key + ".share", settings.share(), limits, RouteLimits::share);
            RouteLimits wanted = limits;
            String[] members = settings.routes().toArray(String[]::new);
            // Shares may add up to too much, names may be in two groups: which it is the message says.
            Object value = settings.share() == null ? settings.routes() : settings.share();
            Object unused = LoadlineFactory.check(
                    key + (settings.share() == null ? ".routes" : ".share"),
                    value,
                    () -> builder.limits(name, wanted, members));
        });
    }

    /** The names of all routes that have settings. */
    static Set<String> names(Map<String, RouteSettings> routes) {
        return routes.entrySet().stream()
                .flatMap(each -> each.getValue().routes().isEmpty()
                        ? Stream.of(each.getKey())
                        : each.getValue().routes().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static <T> RouteLimits with(
            String key, @Nullable T value, RouteLimits limits, BiFunction<RouteLimits, T, RouteLimits> change) {
        return value == null ? limits : LoadlineFactory.check(key, value, () -> change.apply(limits, value));
    }

    /** As it is written: names with characters that Spring Boot would drop are in brackets. */
    static String key(String prefix, String name) {
        return PLAIN.matcher(name).matches() ? prefix + "." + name : prefix + "[" + name + "]";
    }
}
