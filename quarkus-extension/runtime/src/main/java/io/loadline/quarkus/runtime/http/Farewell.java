/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Ends a response that would go on while the service leaves. Stateless. */
final class Farewell {
    /*
     * Whoever answers may be another thread, and just about to. Vert.x holds the connection while it writes; held here from
     * the look at the response until its end it makes the answer wholly the one or the other: no status of a refusal with the
     * body of an answer.
     */
    private Farewell() {}

    /** Ends a body between two writes, or answers before there is one; nothing if the response has ended before. */
    static void say(RoutingContext context) {
        HttpServerResponse response = context.response();
        synchronized (context.request().connection()) {
            if (response.ended() || response.closed()) {
                return;
            }
            if (response.headWritten()) {
                Object unused = response.end();
                return;
            }
            // What somebody may have prepared for an answer of his own.
            response.setChunked(false);
            response.headers().remove(HttpHeaders.TRANSFER_ENCODING).remove(HttpHeaders.CONTENT_ENCODING);
            Refusals.write(context, Rejection.of(RejectionReason.DRAINING));
        }
    }
}
