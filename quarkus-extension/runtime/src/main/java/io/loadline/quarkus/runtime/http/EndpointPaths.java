/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import java.util.List;
import java.util.Set;

/** What the build knows of the application's paths. Immutable. */
public final class EndpointPaths {
    private final List<String> routes;
    private final Set<String> eventStreams;
    private final Set<String> untouched;
    private final List<String> untouchedBelow;

    /**
     * Paths from the root of the server.
     *
     * @param routes methods and templates of endpoints, such as {@code GET /orders/{id}}; {@code *} is any method
     * @param eventStreams those of them that answer with events only
     * @param untouched paths whose requests pass untouched
     * @param untouchedBelow paths that, with everything below them, pass untouched
     */
    public EndpointPaths(
            List<String> routes, List<String> eventStreams, List<String> untouched, List<String> untouchedBelow) {
        this.routes = List.copyOf(routes);
        this.eventStreams = Set.copyOf(eventStreams);
        this.untouched = Set.copyOf(untouched);
        this.untouchedBelow = List.copyOf(untouchedBelow);
    }

    List<String> routes() {
        return routes;
    }

    boolean isEventStream(String route) {
        return eventStreams.contains(route);
    }

    Set<String> untouched() {
        return untouched;
    }

    List<String> untouchedBelow() {
        return untouchedBelow;
    }
}
