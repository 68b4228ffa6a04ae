/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static io.loadline.quarkus.runtime.config.Setting.list;

import io.loadline.limit.Criticality;
import io.loadline.quarkus.runtime.config.LimitConfig.RequestCriticality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much the routes matter, by the settings. Immutable. */
final class RouteCriticality {
    /*
     * Settings are matched with the templates of routes, once, at start, and not with the paths of requests: a route has one
     * criticality. So /orders/** stands for the route /orders/{id}.
     */
    private static final Logger LOG = LoggerFactory.getLogger(RouteCriticality.class);
    private static final String ANY_METHOD = "*";

    private final List<Entry> entries = new ArrayList<>();

    RouteCriticality(RequestCriticality settings) {
        add(Criticality.CRITICAL_PLUS, settings.criticalPlus());
        add(Criticality.CRITICAL, settings.critical());
        add(Criticality.SHEDDABLE_PLUS, settings.sheddablePlus());
        add(Criticality.SHEDDABLE, settings.sheddable());
        entries.sort(Comparator.comparing(Entry::pattern, PathTemplate.NARROWEST_FIRST)
                .thenComparing(entry -> entry.method == null));
    }

    private void add(Criticality criticality, Optional<List<String>> patterns) {
        String key = "limit.criticality." + criticality.tag().replace('_', '-');
        for (String text : list(patterns)) {
            int space = text.indexOf(' ');
            String method = space < 0 ? null : text.substring(0, space).toUpperCase(Locale.ROOT);
            String path = text.substring(space + 1).strip();
            entries.add(new Entry(key, text, method, PathSetting.parse(key, path, "/reports/**"), criticality));
        }
    }

    /** The criticality of a route; null if no setting names it. The most specific pattern counts. */
    @Nullable
    Criticality of(String method, String template) {
        for (Entry entry : entries) {
            if (entry.matches(method, template)) {
                return entry.criticality;
            }
        }
        return null;
    }

    /** Tells of settings that name none of the routes: somebody meant one. */
    void checkUsed(List<String> routes) {
        for (Entry entry : entries) {
            if (routes.stream().noneMatch(entry::matches)) {
                LOG.warn("quarkus.loadline.{} = {} names no route and has no effect", entry.key, entry.text);
            }
        }
    }

    private record Entry(
            String key, String text, @Nullable String method, PathTemplate pattern, Criticality criticality) {
        boolean matches(String handled, String template) {
            return (method == null || method.equals(handled)) && pattern.matches(template);
        }

        boolean matches(String route) {
            int space = route.indexOf(' ');
            String handled = space < 0 ? ANY_METHOD : route.substring(0, space);
            return matches(handled, route.substring(space + 1));
        }
    }
}
