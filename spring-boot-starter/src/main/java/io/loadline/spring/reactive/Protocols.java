/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import jakarta.servlet.ServletRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;
import reactor.netty.http.server.HttpServerRequest;

/** Knows the protocol of a request, which Spring does not tell. Stateless. */
final class Protocols {
    private static final boolean NETTY = isPresent("reactor.netty.http.server.HttpServerRequest");
    private static final boolean SERVLET = isPresent("jakarta.servlet.ServletRequest");

    private Protocols() {}

    /** Whether the request came by HTTP/1; on servers we do not know, it did. */
    static boolean isHttp1(ServerHttpRequest request) {
        Object bare = ServerHttpRequestDecorator.getNativeRequest(request);
        if (NETTY && bare instanceof HttpServerRequest netty) {
            return netty.protocol().startsWith("HTTP/1.");
        }
        if (SERVLET && bare instanceof ServletRequest servlet) {
            return servlet.getProtocol().startsWith("HTTP/1.");
        }
        return true;
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, Protocols.class.getClassLoader());
    }
}
