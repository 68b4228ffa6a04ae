/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/** Asks for connections to be closed, and closes them: Vert.x leaves it to the client. Stateless. */
final class Connections {
    private Connections() {}

    /** To be called before the head of the response is written. Only HTTP/1 has such a header. */
    static void askForClose(RoutingContext context) {
        if (isHttp1(context.request())) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /** To be called when the response has ended. */
    static void closeIfAsked(RoutingContext context) {
        String asked = context.response().headers().get(HttpHeaders.CONNECTION);
        if (HttpHeaders.CLOSE.toString().equals(asked)) {
            close(context);
        }
    }

    /** What has not been read of the request would reset the connection, and the answer with it. */
    static void close(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (isHttp1(request) && (!hasBody(request) || request.isEnded())) {
            Object unused = request.connection().close();
        }
    }

    /** A request that is paused does not know that it has ended, even if there was nothing to read. */
    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0")) || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    static boolean isHttp1(HttpServerRequest request) {
        HttpVersion version = request.version();
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }
}
