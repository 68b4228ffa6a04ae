/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jboss.resteasy.reactive.common.model.ResourceClass;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.model.HandlerChainCustomizer;
import org.jboss.resteasy.reactive.server.model.ServerResourceMethod;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/** Tells of each request that Quarkus REST serves, before it looks for a method. Stateless; made by the bytecode of the application. */
public final class RestWorkTeller implements HandlerChainCustomizer, ServerRestHandler {
    /* Not before the filters that come first: if there are any, Quarkus REST forgets what was to come before them. */
    @Override
    public List<ServerRestHandler> handlers(Phase phase, ResourceClass type, ServerResourceMethod method) {
        return phase == Phase.AFTER_PRE_MATCH ? List.of(this) : List.of();
    }

    @Override
    public void handle(ResteasyReactiveRequestContext request) {
        RoutingContext context = request.unwrap(RoutingContext.class);
        if (context != null) {
            Exchange.follow(context, new RestWork(request));
        }
    }
}
