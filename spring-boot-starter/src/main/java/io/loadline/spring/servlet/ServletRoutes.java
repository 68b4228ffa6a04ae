/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.limit.Route;
import io.loadline.spring.internal.RouteTable;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The routes of the service's handlers, collected once all beans exist and before the server listens. Thread-safe. */
final class ServletRoutes implements SmartInitializingSingleton {
    private final Supplier<RouteTable> collect;

    /** Written once at start; until then everything is the other route. */
    private volatile RouteTable table;

    ServletRoutes(Loadline loadline, Supplier<RouteTable> collect) {
        this.collect = collect;
        this.table = RouteTable.builder(loadline.limiter()).build();
    }

    @Override
    public void afterSingletonsInstantiated() {
        table = collect.get();
    }

    /** The route of {@code request}, or null if it passes untouched. */
    @Nullable
    Route match(HttpServletRequest request) {
        String path = request.getRequestURI();
        String context = request.getContextPath();
        if (!context.isEmpty() && path.startsWith(context)) {
            path = path.substring(context.length());
        }
        return table.match(request.getMethod(), path);
    }
}
