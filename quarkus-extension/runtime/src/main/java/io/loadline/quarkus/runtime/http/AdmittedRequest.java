/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;

/** Tells of the request that is being served. Stateless. */
public final class AdmittedRequest {
    private AdmittedRequest() {}

    /** Whether this thread works on a request that has a place in the service's limit. */
    public static boolean isCurrent() {
        ArcContainer container = Arc.container();
        if (container == null || !container.requestContext().isActive()) {
            return false;
        }
        RoutingContext request =
                container.instance(CurrentVertxRequest.class).get().getCurrent();
        Exchange exchange = request == null ? null : request.get(Exchange.KEY);
        return exchange != null && exchange.hasPlace();
    }
}
