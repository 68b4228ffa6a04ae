/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.CallContext;
import io.loadline.limit.CallContextSource;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** What Vert.x carries with a request from its event loop to workers, virtual threads and back. Stateless. */
public final class CarriedContext implements CallContextSource {

    /** By the next thread that works on the request; each has a context of its own in Quarkus. */
    static void carry(Context request, CallContext call) {
        if (VertxContext.isDuplicatedContext(request)) {
            request.putLocal(CallContext.ATTRIBUTE, call);
        }
    }

    /** A context that is no request's, of a timer or a verticle, is shared, and Quarkus lets nobody read locals of it. */
    @Override
    public @Nullable CallContext current() {
        Context request = Vertx.currentContext();
        return request != null && VertxContext.isDuplicatedContext(request)
                ? request.getLocal(CallContext.ATTRIBUTE)
                : null;
    }
}
