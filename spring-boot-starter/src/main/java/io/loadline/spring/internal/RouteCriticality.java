/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.limit.Criticality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/** How much the routes matter, by the settings {@code loadline.limit.criticality.*}. Immutable. */
public final class RouteCriticality {
    /*
     * Settings are matched with the patterns of routes, once, at start, and not with the paths of requests: a route has
     * one criticality. So /orders/** stands for the route /orders/{id}.
     */
    private static final Logger LOG = LoggerFactory.getLogger(RouteCriticality.class);

    private final List<Entry> entries;

    private RouteCriticality(List<Entry> entries) {
        this.entries = entries;
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** The criticality of a route; null if no setting names it. The most specific pattern counts. */
    @Nullable
    Criticality of(@Nullable String method, String pattern) {
        PathContainer path = path(pattern);
        if (path == null) {
            return null;
        }
        for (Entry entry : entries) {
            if (entry.matches(method, path)) {
                return entry.criticality;
            }
        }
        return null;
    }

    /** Tells of settings that name none of the routes, by pattern or method: somebody meant one. */
    void checkUsed(List<Handled> routes) {
        for (Entry entry : entries) {
            if (routes.stream().noneMatch(entry::matches)) {
                LOG.warn("{} = {} names no route and has no effect", entry.key, entry.text);
            }
        }
    }

    /** A route's pattern as a path; null if it is none, such as one whose regular expression has a percent sign. */
    private static @Nullable PathContainer path(String pattern) {
        try {
            return PathContainer.parsePath(pattern);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * What a handler is for. Immutable.
     *
     * @param method the HTTP method; null if it is for all
     * @param pattern the route's pattern
     */
    record Handled(@Nullable String method, String pattern) {}

    private record Entry(
            String key, String text, @Nullable String method, PathPattern pattern, Criticality criticality) {
        boolean matches(@Nullable String handled, PathContainer path) {
            return (method == null || method.equals(handled)) && pattern.matches(path);
        }

        boolean matches(Handled route) {
            PathContainer path = path(route.pattern);
            return path != null && matches(route.method, path);
        }
    }

    /** Builds tables. Not thread-safe. */
    public static final class Builder {
        private final List<Entry> entries = new ArrayList<>();

        private Builder() {}

        /**
         * Adds what the setting for {@code criticality} says.
         *
         * @throws InvalidSettingException if that has no path patterns
         */
        public Builder add(Criticality criticality, List<String> patterns) {
            String key = "loadline.limit.criticality." + criticality.tag().replace('_', '-');
            for (String text : patterns) {
                int space = text.indexOf(' ');
                String method = space < 0 ? null : text.substring(0, space).toUpperCase(Locale.ROOT);
                String path = text.substring(space + 1).strip();
                PathPattern pattern = PathSetting.parse(key, path, "/reports/**");
                entries.add(new Entry(key, text, method, pattern, criticality));
            }
            return this;
        }

        /** The table. */
        public RouteCriticality build() {
            List<Entry> sorted = new ArrayList<>(entries);
            sorted.sort(Comparator.comparing(Entry::pattern, PathPattern.SPECIFICITY_COMPARATOR)
                    .thenComparing(entry -> entry.method == null));
            return new RouteCriticality(List.copyOf(sorted));
        }
    }
}
