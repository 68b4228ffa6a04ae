/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.internal.Checks.checkArgument;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which routes are what kind of work. Not thread-safe while routes are added, and immutable after that. */
final class Workloads {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final String ANYTHING = "*";

    private final Map<String, Workload> exact = new TreeMap<>();

    /** By what names begin with. */
    private final Map<String, Workload> prefixes = new TreeMap<>();

    /** Says what the routes of a name are, or those whose names begin with what is before a star at its end. */
    void add(Workload workload, String route) {
        checkArgument(!route.isBlank(), "a route of the workload %s has no name", workload.tag());
        boolean isPrefix = route.endsWith(ANYTHING);
        String name = isPrefix ? route.substring(0, route.length() - ANYTHING.length()) : route;
        checkArgument(
                !name.contains(ANYTHING),
                "a star may be the last character of a route's name only, such as GET /reports/*: %s",
                route);
        Workload other = (isPrefix ? prefixes : exact).putIfAbsent(name, workload);
        checkArgument(
                other == null || other == workload,
                "the route %s is told to be both %s and %s",
                route,
                other == null ? "" : other.tag(),
                workload.tag());
    }

    /** The longest name that fits counts. */
    Workload of(String route) {
        Workload told = exact.get(route);
        if (told != null) {
            return told;
        }
        int longest = -1;
        for (Map.Entry<String, Workload> each : prefixes.entrySet()) {
            if (route.startsWith(each.getKey()) && each.getKey().length() > longest) {
                told = each.getValue();
                longest = each.getKey().length();
            }
        }
        return told != null ? told : byMethod(route);
    }

    private static Workload byMethod(String route) {
        int space = route.indexOf(' ');
        return space > 0 && READING.contains(route.substring(0, space)) ? Workload.READ : Workload.WRITE;
    }
}
