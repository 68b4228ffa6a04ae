/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.Route;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * Tells which route a request takes before the framework knows, from the patterns collected at start, and which requests
 * pass untouched. Immutable but for the routes, which the limiter makes when they are first taken; thread-safe.
 */
public final class RouteTable {
    /*
     * Nothing of a request is kept: a path is looked up, first as it is among the literal paths, then against the
     * patterns that share its first segment, most specific first. What is not found is the limiter's other route, so
     * that no path that a client makes up costs memory.
     *
     * Whatever passes untouched must be named exactly; a path in any other spelling is limited like all else, or the
     * spelling would be a way around the limit.
     */

    /** Served by Loadline itself or, by convention, probes. */
    private static final List<String> ALWAYS_UNTOUCHED = Stream.concat(
                    Stream.of("/livez", "/readyz", "/startupz"), StatusReads.paths().stream())
            .toList();

    private static final String ALL_BELOW = "/**";

    private final ConcurrencyLimiter limiter;
    private final MatchedRoute other;
    private final Set<String> untouched;
    private final List<String> untouchedBelow;
    private final List<PathPattern> excluded;

    /** Those of paths that do not pass untouched: most requests are looked up once. */
    private final Map<String, Candidate> literal;

    private final Map<String, List<Candidate>> byFirstSegment;
    private final List<Candidate> anyFirstSegment;

    private RouteTable(Builder builder) {
        this.limiter = builder.limiter;
        this.other = new MatchedRoute(limiter.otherRoute(), null);
        this.untouched = Set.copyOf(builder.untouched);
        this.untouchedBelow = List.copyOf(builder.untouchedBelow);
        this.excluded = List.copyOf(builder.excluded);
        this.literal = new HashMap<>();
        this.byFirstSegment = new HashMap<>();
        List<Candidate> sorted = new ArrayList<>(builder.candidates.values());
        sorted.sort((one, two) -> PathPattern.SPECIFICITY_COMPARATOR.compare(one.pattern, two.pattern));
        builder.criticality.checkUsed(
                sorted.stream().flatMap(Candidate::handled).toList());
        Set<String> segments = new HashSet<>();
        for (Candidate candidate : sorted) {
            candidate.criticality(builder.criticality);
            String path = candidate.pattern.getPatternString();
            if (!candidate.pattern.hasPatternSyntax() && !isUntouched(path, parse(path))) {
                literal.put(path, candidate);
            }
            segments.add(firstSegment(path));
        }
        for (String segment : segments) {
            byFirstSegment.put(
                    segment,
                    sorted.stream()
                            .filter(candidate -> candidate.anyFirstSegment
                                    || segment.equals(firstSegment(candidate.pattern.getPatternString())))
                            .toList());
        }
        this.anyFirstSegment =
                sorted.stream().filter(candidate -> candidate.anyFirstSegment).toList();
    }

    /**
     * The table for {@code limiter} of what {@code contributors} add, in this order.
     *
     * @param exclude the setting {@code loadline.limit.exclude}
     * @param criticality what routes matter
     * @throws InvalidSettingException if that has no path patterns
     */
    public static RouteTable of(
            ConcurrencyLimiter limiter,
            Stream<RouteContributor> contributors,
            Collection<String> exclude,
            RouteCriticality criticality) {
        Builder builder = builder(limiter).criticality(criticality);
        contributors.forEach(contributor -> contributor.addTo(builder));
        exclude.forEach(builder::exclude);
        return builder.build();
    }

    /** A builder of tables for {@code limiter}. */
    public static Builder builder(ConcurrencyLimiter limiter) {
        return new Builder(limiter);
    }

    /** The names of all routes there are, {@link Route#OTHER} among them. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(Set.of(Route.OTHER));
        byFirstSegment.values().stream().flatMap(List::stream).forEach(candidate -> candidate.addNamesTo(names));
        return names;
    }

    /**
     * The route of a request, or null if it passes untouched.
     *
     * @param method the HTTP method as it came
     * @param path the path as it came, without context path and query
     */
    public @Nullable MatchedRoute match(String method, String path) {
        Candidate exact = literal.get(path);
        MatchedRoute route = exact == null ? null : exact.route(method, limiter);
        if (route != null) {
            return route;
        }
        PathContainer parsed = excluded.isEmpty() ? null : parse(path);
        return isUntouched(path, parsed) ? null : search(method, path, parsed);
    }

    private boolean isUntouched(String path, @Nullable PathContainer parsed) {
        return isPlain(path)
                && (untouched.contains(path) || isUntouchedBelow(path) || (parsed != null && isExcluded(parsed)));
    }

    private boolean isExcluded(PathContainer parsed) {
        for (PathPattern pattern : excluded) {
            if (pattern.matches(parsed)) {
                return true;
            }
        }
        return false;
    }

    private MatchedRoute search(String method, String path, @Nullable PathContainer parsed) {
        List<Candidate> candidates = byFirstSegment.getOrDefault(firstSegment(path), anyFirstSegment);
        if (candidates.isEmpty()) {
            return other;
        }
        PathContainer container = parsed != null ? parsed : parse(path);
        if (container != null) {
            for (Candidate candidate : candidates) {
                if (candidate.pattern.matches(container)) {
                    MatchedRoute route = candidate.route(method, limiter);
                    if (route != null) {
                        return route;
                    }
                }
            }
        }
        return other;
    }

    /** Servers may map another path than the one that came if it has segments like {@code ..}, or is encoded. */
    private static boolean isPlain(String path) {
        return !path.contains("/.") && !path.contains("//") && path.indexOf('%') < 0 && path.indexOf(';') < 0;
    }

    private boolean isUntouchedBelow(String path) {
        for (String base : untouchedBelow) {
            if (path.startsWith(base) && (path.length() == base.length() || path.charAt(base.length()) == '/')) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable PathContainer parse(String path) {
        try {
            return PathContainer.parsePath(path);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static String firstSegment(String path) {
        int end = 1;
        while (end < path.length() && path.charAt(end) != '/' && path.charAt(end) != ';') {
            end++;
        }
        return path.substring(0, Math.min(end, path.length()));
    }

    private static boolean isPattern(String segment) {
        return segment.indexOf('{') >= 0 || segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0;
    }

    /** The methods of one pattern. */
    private static final class Candidate {
        private final PathPattern pattern;
        private final Map<String, Named> byMethod = new HashMap<>();
        private final boolean anyFirstSegment;
        private @Nullable Named anyMethod;

        Candidate(PathPattern pattern) {
            this.pattern = pattern;
            this.anyFirstSegment = isPattern(firstSegment(pattern.getPatternString()));
        }

        void add(Collection<String> methods) {
            String path = pattern.getPatternString();
            if (methods.isEmpty()) {
                anyMethod = new Named(path);
            }
            methods.forEach(method -> byMethod.put(method, new Named(method + " " + path)));
        }

        void addNamesTo(Set<String> names) {
            byMethod.values().forEach(named -> names.add(named.name));
            if (anyMethod != null) {
                names.add(anyMethod.name);
            }
        }

        Stream<RouteCriticality.Handled> handled() {
            String path = pattern.getPatternString();
            return Stream.concat(
                    Stream.ofNullable(anyMethod).map(any -> new RouteCriticality.Handled(null, path)),
                    byMethod.keySet().stream().map(method -> new RouteCriticality.Handled(method, path)));
        }

        void criticality(RouteCriticality table) {
            String path = pattern.getPatternString();
            if (anyMethod != null) {
                anyMethod.criticality = table.of(null, path);
            }
            byMethod.forEach((method, named) -> named.criticality = table.of(method, path));
        }

        @Nullable
        MatchedRoute route(String method, ConcurrencyLimiter limiter) {
            Named named = byMethod.get(method);
            if (named == null && method.equals("HEAD")) {
                named = byMethod.get("GET");
            }
            if (named == null) {
                named = anyMethod;
            }
            return named == null ? null : named.route(limiter);
        }
    }

    /** A name whose route is made when it is first taken: the limiter has a bounded number of them. */
    private static final class Named {
        private final String name;

        /** Written while the table is built. Null if no setting names the route. */
        private @Nullable Criticality criticality;

        /** Written by whoever takes the route first, always with the same value; read by every request. */
        private volatile @Nullable MatchedRoute route;

        Named(String name) {
            this.name = name;
        }

        MatchedRoute route(ConcurrencyLimiter limiter) {
            MatchedRoute known = route;
            if (known == null) {
                known = make(limiter);
                route = known;
            }
            return known;
        }

        private MatchedRoute make(ConcurrencyLimiter limiter) {
            Route made = limiter.route(name);
            if (criticality == null) {
                return new MatchedRoute(made, null);
            }
            if (made == limiter.otherRoute()) {
                // Of as many as may be told apart this is one too many, but what it matters is known all the same.
                return new MatchedRoute(made, criticality);
            }
            return new MatchedRoute(made.criticality(criticality), null);
        }
    }

    /** Builds tables. Not thread-safe. */
    public static final class Builder {
        private final ConcurrencyLimiter limiter;
        private final PathPatternParser parser = new PathPatternParser();
        private final Set<String> untouched = new HashSet<>(ALWAYS_UNTOUCHED);
        private final List<String> untouchedBelow = new ArrayList<>();
        private final List<PathPattern> excluded = new ArrayList<>();
        private final Map<PathPattern, Candidate> candidates = new LinkedHashMap<>();
        private RouteCriticality criticality = RouteCriticality.builder().build();
        private String prefix = "";

        private Builder(ConcurrencyLimiter limiter) {
            this.limiter = limiter;
        }

        /** Sets the path below which the framework's own dispatcher serves all that is added later. Default: none. */
        public Builder prefix(String prefix) {
            this.prefix = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
            ALWAYS_UNTOUCHED.forEach(this::untouched);
            return this;
        }

        /** Adds a path whose requests pass untouched. */
        public Builder untouched(String path) {
            untouched.add(prefix + path);
            return this;
        }

        /** Adds a path that, with everything below it, passes untouched. */
        public Builder untouchedBelow(String path) {
            untouchedBelow.add(prefix + path);
            return this;
        }

        /** Sets what routes matter. Default: as much as each other. */
        public Builder criticality(RouteCriticality criticality) {
            this.criticality = criticality;
            return this;
        }

        /**
         * Adds a pattern, from the root, whose requests pass untouched.
         *
         * @throws InvalidSettingException if it is no path pattern
         */
        public Builder exclude(String pattern) {
            PathPattern parsed = PathSetting.parse("loadline.limit.exclude", pattern, "/static/**");
            String base =
                    pattern.endsWith(ALL_BELOW) ? pattern.substring(0, pattern.length() - ALL_BELOW.length()) : null;
            // The usual ones are compared as they are: to parse each request's path costs more than all else here.
            if (!parsed.hasPatternSyntax()) {
                untouched.add(pattern);
            } else if (base != null && !isPattern(base)) {
                untouchedBelow.add(base);
            } else {
                excluded.add(parsed);
            }
            return this;
        }

        /** Adds the pattern of a handler; no methods are all methods. */
        public Builder route(Collection<String> methods, PathPattern pattern) {
            return prefix.isEmpty() ? add(methods, pattern) : route(methods, pattern.getPatternString());
        }

        /**
         * {@link #route(Collection, PathPattern)} with a pattern that has not been parsed. One that cannot be is left
         * out, so that its requests have no route of their own: it was put together from parts that the framework
         * matches one by one, and a name must not stop a service.
         */
        public Builder route(Collection<String> methods, String pattern) {
            try {
                return add(methods, parser.parse(prefix + pattern));
            } catch (PatternParseException e) {
                return this;
            }
        }

        private Builder add(Collection<String> methods, PathPattern pattern) {
            candidates.computeIfAbsent(pattern, Candidate::new).add(methods);
            return this;
        }

        /** The table. */
        public RouteTable build() {
            return new RouteTable(this);
        }
    }
}
