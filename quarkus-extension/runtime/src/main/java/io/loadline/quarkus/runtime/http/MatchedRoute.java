/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Criticality;
import io.loadline.limit.Route;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The route that a request takes. Immutable.
 *
 * @param route the limiter's; the other one for all beyond those that may be told apart
 * @param own what the request matters then by the settings; null if it is what the route does
 * @param events whether it answers with events only
 */
record MatchedRoute(Route route, @Nullable Criticality own, boolean events) {
    /** What is known of the request: by {@code headers}, which are read from {@code header}, and by its route. */
    CallContext context(ContextHeaders headers, Function<String, @Nullable String> header) {
        return headers.read(route, own == null ? route.criticality() : own, header);
    }
}
