/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.Rejection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/** Answers requests that are refused. Stateless. */
final class Refusals {
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private static final String EARLY = Refusals.class.getName() + ".early";
    private static final String REFUSED = Refusals.class.getName();

    private Refusals() {}

    /** Requests that are refused before anything is known of CORS are answered by {@link #wereEarly}. */
    static void areEarly(RoutingContext context) {
        context.put(EARLY, true);
    }

    /** Answers what has been refused early; returns whether the request was looked at early. */
    static boolean wereEarly(RoutingContext context) {
        if (context.remove(EARLY) == null) {
            return false;
        }
        Rejection rejection = context.remove(REFUSED);
        if (rejection == null) {
            context.next();
        } else {
            write(context, rejection);
        }
        return true;
    }

    /** Answers, at once or, if it is early, when browsers may read it; the body is not read for that. */
    static void refuse(RoutingContext context, Rejection rejection) {
        if (context.get(EARLY) == null) {
            write(context, rejection);
            return;
        }
        context.put(REFUSED, rejection);
        if (context instanceof RoutingContextInternal known) {
            // The body handler, which comes next, believes that it was here before.
            RoutingContextInternal unused = known.visitHandler(RoutingContextInternal.BODY_HANDLER);
        }
        context.next();
    }

    /** Answers at once. */
    static void write(RoutingContext context, Rejection rejection) {
        byte[] body = rejection.problemJson();
        HttpServerResponse response = context.response();
        response.setStatusCode(rejection.status());
        response.putHeader(RETRY_AFTER, rejection.retryAfterSeconds());
        response.putHeader(HttpHeaders.CONTENT_TYPE, Rejection.PROBLEM_JSON);
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length));
        // The rest of the request is not read by anybody; the connection can take another one then.
        if (!context.request().isEnded()) {
            context.request().resume();
        }
        if (context.request().method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }
}
