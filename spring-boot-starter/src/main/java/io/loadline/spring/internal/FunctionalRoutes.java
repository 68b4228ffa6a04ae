/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * Makes patterns of what a router function tells its visitor: predicates, nested in one another. Not thread-safe.
 *
 * <p>A predicate that offers alternatives gives the product of all methods and paths that occur in it. That may name
 * routes that do not exist, which costs nothing, since a route is made when it is first taken.
 */
public final class FunctionalRoutes {
    private final RouteTable.Builder table;
    private final Deque<Parts> nested = new ArrayDeque<>();
    private Parts current = new Parts();
    private int negations;

    /** Adds to {@code table}. */
    public FunctionalRoutes(RouteTable.Builder table) {
        this.table = table;
    }

    /** The predicate visited next has these methods. */
    public void methods(Set<HttpMethod> methods) {
        if (negations == 0) {
            methods.forEach(method -> current.methods.add(method.name()));
        }
    }

    /** The predicate visited next has this path. */
    public void path(String pattern) {
        if (negations == 0) {
            current.paths.add(pattern);
        }
    }

    /** What is visited until {@link #endNegation} does not apply. */
    public void startNegation() {
        negations++;
    }

    /** Ends {@link #startNegation}. */
    public void endNegation() {
        negations--;
    }

    /** Routes until {@link #endNested} are below the predicate just visited. */
    public void startNested() {
        nested.addLast(take());
    }

    /** Ends {@link #startNested}. */
    public void endNested() {
        Parts unused = nested.removeLast();
        current = new Parts();
    }

    /** The predicate just visited leads to a handler. */
    public void route() {
        Parts own = take();
        Collection<String> methods = own.methods;
        List<String> paths = List.of("");
        for (Parts outer : nested) {
            paths = below(paths, outer.paths);
            methods = methods.isEmpty() ? outer.methods : methods;
        }
        boolean anyPath = own.paths.isEmpty();
        for (String path : below(paths, own.paths)) {
            table.route(methods, anyPath ? path + "/**" : path);
        }
    }

    private Parts take() {
        Parts taken = current;
        current = new Parts();
        return taken;
    }

    private static List<String> below(List<String> bases, Set<String> paths) {
        if (paths.isEmpty()) {
            return bases;
        }
        return bases.stream()
                .flatMap(base -> paths.stream().map(path -> join(base, path)))
                .toList();
    }

    private static String join(String base, String path) {
        String slashed = path.isEmpty() || path.startsWith("/") ? path : "/" + path;
        return base.endsWith("/") && !slashed.isEmpty()
                ? base.substring(0, base.length() - 1) + slashed
                : base + slashed;
    }

    private static final class Parts {
        private final Set<String> methods = new LinkedHashSet<>();
        private final Set<String> paths = new LinkedHashSet<>();
    }
}
