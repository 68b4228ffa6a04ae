/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/** Knows of a request what the server does but Spring does not tell. Stateless. */
final class NativeRequest {
    private static final boolean NETTY = isPresent("reactor.netty.http.server.HttpServerRequest");
    private static final boolean SERVLET = isPresent("jakarta.servlet.ServletRequest");

    private NativeRequest() {}

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

    /** Whether Reactor Netty has lost the client; it may complete a response that was cut off as if it had been written. */
    static boolean isClientGone(ServerHttpRequest request) {
        if (NETTY && ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest netty) {
            boolean[] gone = new boolean[1];
            HttpServerRequest unused = netty.withConnection(
                    connection -> gone[0] = !connection.channel().isActive());
            return gone[0];
        }
        return false;
    }

    /** Who is at the other end of the connection, whatever was made of it since; null if that is no address. */
    static @Nullable String peer(ServerHttpRequest request) {
        Object bare = ServerHttpRequestDecorator.getNativeRequest(request);
        if (NETTY && bare instanceof HttpServerRequest netty) {
            return address(netty.connectionRemoteAddress());
        }
        if (SERVLET && bare instanceof ServletRequest servlet) {
            return servlet.getRemoteAddr();
        }
        return address(request.getRemoteAddress());
    }

    private static @Nullable String address(@Nullable SocketAddress remote) {
        InetAddress address = remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
        return address == null ? null : address.getHostAddress();
    }

    /** All values of a header as they came. */
    static List<String> headers(ServerHttpRequest request, String name) {
        Object bare = ServerHttpRequestDecorator.getNativeRequest(request);
        if (NETTY && bare instanceof HttpServerRequest netty) {
            return netty.requestHeaders().getAll(name);
        }
        if (SERVLET && bare instanceof HttpServletRequest servlet) {
            return Collections.list(servlet.getHeaders(name));
        }
        return request.getHeaders().getOrEmpty(name);
    }

    /** The event loop of the request's connection; where there is none, threads that must not be blocked either. */
    static Executor executor(ServerHttpRequest request) {
        if (NETTY && ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest netty) {
            AtomicReference<@Nullable Executor> loop = new AtomicReference<>();
            HttpServerRequest unused = netty.withConnection(
                    connection -> loop.set(connection.channel().eventLoop()));
            Executor found = loop.get();
            if (found != null) {
                return found;
            }
        }
        return task -> {
            Disposable unused = Schedulers.parallel().schedule(task);
        };
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, NativeRequest.class.getClassLoader());
    }
}
