/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Tells of the request that is being served. Stateless. */
public final class AdmittedRequest {
    /*
     * Vert.x carries it to whatever works on the request: routes, servlets, resources, gRPC on the same server. Where Mutiny has
     * left Vert.x' threads the request scope is carried, if there is one.
     */
    private AdmittedRequest() {}

    /** By the threads that work on the request. */
    static void carry(Context request, Exchange exchange) {
        if (VertxContext.isDuplicatedContext(request)) {
            request.putLocal(Exchange.KEY, exchange);
        }
    }

    /** Whether this thread works on a request that has a place in the service's limit. */
    public static boolean isCurrent() {
        Context context = Vertx.currentContext();
        Exchange exchange =
                context != null && VertxContext.isDuplicatedContext(context) ? context.getLocal(Exchange.KEY) : null;
        if (exchange == null) {
            exchange = ofScope();
        }
        return exchange != null && exchange.hasPlace();
    }

    private static @Nullable Exchange ofScope() {
        ArcContainer container = Arc.container();
        if (container == null || !container.requestContext().isActive()) {
            return null;
        }
        RoutingContext request =
                container.instance(CurrentVertxRequest.class).get().getCurrent();
        return request == null ? null : request.get(Exchange.KEY);
    }
}
