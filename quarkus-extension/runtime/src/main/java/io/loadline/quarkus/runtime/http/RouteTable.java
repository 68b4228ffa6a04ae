/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which route a request takes before the framework knows, from the templates that the build has found, and which requests
 * pass untouched. Immutable but for the routes, which the limiter makes when they are first taken; thread-safe.
 */
final class RouteTable {
    /*
     * Nothing of a request is kept: a path is looked up, first as it is among the literal paths, then against the templates
     * that share its first segment, most specific first. What is not found is the limiter's other route, so that no path that
     * a client makes up costs memory. Jakarta REST looks for a class first and for its method then, so where templates of two
     * classes overlap it may take another one of them than is told here.
     *
     * Whatever passes untouched must be named exactly; a path in any other spelling is limited like all else, or the spelling
     * would be a way around the limit.
     */
    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);
    private static final String ANY_METHOD = "*";

    /** What Jakarta REST leaves out of each segment before it looks for a method. */
    private static final Pattern MATRIX_PARAMETERS = Pattern.compile(";[^/]*");

    private final ConcurrencyLimiter limiter;
    private final MatchedRoute other;
    private final Set<String> untouched;
    private final List<String> untouchedBelow;
    private final PathSetting excluded;
    private final Set<String> names = new TreeSet<>(Set.of(Route.OTHER));
    private final Map<String, Candidate> literal = new HashMap<>();

    /** Those of the former that do not pass untouched: most requests are looked up once. */
    private final Map<String, Candidate> limitedLiteral = new HashMap<>();

    private final Map<String, List<Candidate>> byFirstSegment = new HashMap<>();
    private final List<Candidate> anyFirstSegment;

    RouteTable(ConcurrencyLimiter limiter, EndpointPaths paths, PathSetting excluded, RouteCriticality criticality) {
        this.limiter = limiter;
        this.other = new MatchedRoute(limiter.otherRoute(), null, false);
        this.untouched = new HashSet<>(paths.untouched());
        this.untouchedBelow = new ArrayList<>(paths.untouchedBelow());
        this.excluded = excluded;
        List<Candidate> candidates = candidates(paths, criticality);
        criticality.checkUsed(paths.routes());
        // In loops: this is made at every start, where each lambda costs time.
        List<Candidate> anywhere = new ArrayList<>();
        for (Candidate each : candidates) {
            if (each.template.isLiteral()) {
                String path = each.template.toString();
                literal.put(path, each);
                if (!isUntouched(path)) {
                    limitedLiteral.put(path, each);
                }
            }
            if (each.template.hasAnyFirstSegment()) {
                anywhere.add(each);
            } else {
                byFirstSegment.put(PathTemplate.firstSegment(each.template.toString()), List.of());
            }
        }
        for (Map.Entry<String, List<Candidate>> segment : byFirstSegment.entrySet()) {
            List<Candidate> beginning = new ArrayList<>(candidates);
            beginning.removeIf(each -> !each.begins(segment.getKey()));
            segment.setValue(List.copyOf(beginning));
        }
        this.anyFirstSegment = List.copyOf(anywhere);
    }

    private List<Candidate> candidates(EndpointPaths paths, RouteCriticality criticality) {
        Map<String, Candidate> byTemplate = new HashMap<>();
        for (String route : paths.routes()) {
            int space = route.indexOf(' ');
            String method = route.substring(0, space);
            String template = route.substring(space + 1);
            String name = method.equals(ANY_METHOD) ? template : route;
            Candidate candidate = byTemplate.get(template);
            if (candidate == null) {
                try {
                    candidate = new Candidate(PathTemplate.ofEndpoint(template));
                } catch (IllegalArgumentException e) {
                    // A name must not stop a service: its requests have no route of their own.
                    LOG.debug("The path {} is not understood", template, e);
                    continue;
                }
                byTemplate.put(template, candidate);
            }
            candidate.byMethod.put(
                    method, new Named(name, criticality.of(method, template), paths.isEventStream(route)));
            names.add(name);
        }
        List<Candidate> candidates = new ArrayList<>(byTemplate.values());
        candidates.sort((one, two) -> PathTemplate.MOST_SPECIFIC_FIRST.compare(one.template, two.template));
        return candidates;
    }

    /** Makes the routes that have settings, first come, first served; those that no endpoint has are told of. */
    RouteTable prefer(Set<String> withSettings) {
        Set<String> unknown = new TreeSet<>(withSettings);
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            LOG.warn(
                    "There are settings for {}, which no endpoint has: what is kept for them lies idle. The routes are {}",
                    unknown,
                    names);
        }
        for (String name : withSettings) {
            if (names.contains(name)) {
                Route unused = limiter.route(name);
            }
        }
        return this;
    }

    /**
     * The route of a request, or null if it passes untouched.
     *
     * @param method the HTTP method as it came
     * @param raw the path as it came, without query; null if there was none
     * @param normalized the same as the framework sees it, without dots and double slashes
     */
    @Nullable
    MatchedRoute match(String method, @Nullable String raw, Supplier<String> normalized) {
        Candidate usual = limitedLiteral.get(raw);
        MatchedRoute known = usual == null ? null : usual.route(method, limiter);
        if (known != null) {
            return known;
        }
        String path = normalized.get();
        if (isUntouched(raw == null ? path : raw)) {
            return null;
        }
        String bare =
                path.indexOf(';') < 0 ? path : MATRIX_PARAMETERS.matcher(path).replaceAll("");
        String plain = bare.length() > 1 && bare.endsWith("/") ? bare.substring(0, bare.length() - 1) : bare;
        Candidate exact = literal.get(plain);
        MatchedRoute route = exact == null ? null : exact.route(method, limiter);
        if (route != null) {
            return route;
        }
        for (Candidate each : byFirstSegment.getOrDefault(PathTemplate.firstSegment(plain), anyFirstSegment)) {
            route = each.template.matches(plain) ? each.route(method, limiter) : null;
            if (route != null) {
                return route;
            }
        }
        return other;
    }

    private boolean isUntouched(String path) {
        return isPlain(path) && (untouched.contains(path) || isUntouchedBelow(path) || excluded.matches(path));
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

    /** The methods of one template. */
    private static final class Candidate {
        private final PathTemplate template;
        private final Map<String, Named> byMethod = new HashMap<>();

        Candidate(PathTemplate template) {
            this.template = template;
        }

        boolean begins(String segment) {
            return template.hasAnyFirstSegment() || segment.equals(PathTemplate.firstSegment(template.toString()));
        }

        @Nullable
        MatchedRoute route(String method, ConcurrencyLimiter limiter) {
            Named named = byMethod.get(method);
            if (named == null && method.equals("HEAD")) {
                named = byMethod.get("GET");
            }
            if (named == null) {
                named = byMethod.get(ANY_METHOD);
            }
            return named == null ? null : named.route(limiter);
        }
    }

    /** A name whose route is made when it is first taken: the limiter has a bounded number of them. */
    private static final class Named {
        private final String name;
        private final @Nullable Criticality criticality;
        private final boolean events;

        /** Written by whoever takes the route first, always with the same value; read by every request. */
        private volatile @Nullable MatchedRoute route;

        Named(String name, @Nullable Criticality criticality, boolean events) {
            this.name = name;
            this.criticality = criticality;
            this.events = events;
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
                return new MatchedRoute(made, null, events);
            }
            // Of as many as may be told apart this may be one too many, but what it matters is known all the same.
            return made == limiter.otherRoute()
                    ? new MatchedRoute(made, criticality, events)
                    : new MatchedRoute(made.criticality(criticality), null, events);
        }
    }
}
