/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.signal.OrcaReports;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.LongLivedPaths;
import io.loadline.spring.internal.MatchedRoute;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Admits requests, refuses what exceeds the limit, and asks for closed connections while draining. Thread-safe. */
final class AdmissionWebFilter implements WebFilter, Ordered {
    private final Loadline loadline;
    private final DrainCoordinator drain;
    private final OrcaReports reports;
    private final CollectedRoutes routes;
    private final LongLivedPaths longLived;
    private final ContextHeaders headers;
    private final @Nullable Duration maxWait;
    private final ApplicationContext context;

    AdmissionWebFilter(
            Loadline loadline,
            CollectedRoutes routes,
            LongLivedPaths longLived,
            ContextHeaders headers,
            @Nullable Duration maxWait,
            ApplicationContext context) {
        this.loadline = loadline;
        this.drain = loadline.drain();
        this.reports = loadline.orca();
        this.routes = routes;
        this.longLived = longLived;
        this.headers = headers;
        this.maxWait = maxWait;
        this.context = context;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (exchange.getApplicationContext() != context) {
            return chain.filter(exchange); // the management context inherits the filters of its parent
        }
        exchange.getResponse().beforeCommit(() -> {
            LoadHeader.set(exchange, reports);
            if (drain.isDraining() && NativeRequest.isHttp1(exchange.getRequest())) {
                exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
            }
            return Mono.empty();
        });
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().pathWithinApplication().value();
        MatchedRoute matched = routes.match(request.getMethod().name(), path, request.getHeaders()::getFirst);
        if (matched == null) {
            return chain.filter(exchange);
        }
        CallContext call = matched.context(headers, name -> header(request.getHeaders(), name));
        return new AdmittedMono(loadline, matched.route(), call, maxWait, longLived.match(path), exchange, chain);
    }

    /** Only baggage is customarily sent in several headers of one name. */
    private static @Nullable String header(HttpHeaders headers, String name) {
        String first = headers.getFirst(name);
        return first == null || !name.equals(ContextHeaders.BAGGAGE)
                ? first
                : String.join(",", headers.getOrEmpty(name));
    }

    /** Early, so that refusing costs little, yet after filters that an application puts first on purpose. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE + 10;
    }
}
