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

/** Answers requests that are refused. Stateless. */
final class Refusals {
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private Refusals() {}

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
