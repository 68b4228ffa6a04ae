/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.ClientRequest;
import io.loadline.guard.QuotaDecision;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.signal.OrcaReports;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.MatchedRoute;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Refuses requests of clients that have used their quota; what the limiter leaves alone passes untouched. Thread-safe. */
final class QuotaWebFilter implements WebFilter, Ordered {
    private final ClientQuota clients;
    private final CollectedRoutes routes;
    private final DrainCoordinator drain;
    private final LoadlineObservations observations;
    private final OrcaReports reports;
    private final ApplicationContext context;

    QuotaWebFilter(ClientQuota clients, CollectedRoutes routes, Loadline loadline, ApplicationContext context) {
        this.clients = clients;
        this.routes = routes;
        this.drain = loadline.drain();
        this.observations = loadline.observations();
        this.reports = loadline.orca();
        this.context = context;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (exchange.getApplicationContext() != context) {
            return chain.filter(exchange); // the management context inherits the filters of its parent
        }
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().pathWithinApplication().value();
        MatchedRoute matched = routes.match(request.getMethod().name(), path, request.getHeaders()::getFirst);
        if (matched == null) {
            return chain.filter(exchange);
        }
        if (!clients.afterSecurity()) {
            return decide(exchange, chain, matched, null);
        }
        return exchange.getPrincipal()
                .map(principal -> Optional.ofNullable(principal.getName()))
                .defaultIfEmpty(Optional.empty())
                .flatMap(name -> decide(exchange, chain, matched, name.orElse(null)));
    }

    private Mono<Void> decide(
            ServerWebExchange exchange, WebFilterChain chain, MatchedRoute matched, @Nullable String principal) {
        ServerHttpRequest request = exchange.getRequest();
        QuotaDecision decision = clients.decide(new Request(request, principal), matched.route());
        if (decision.admitted()) {
            return chain.filter(exchange);
        }
        if (drain.isDraining() && NativeRequest.isHttp1(request)) {
            exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
        }
        LoadHeader.set(exchange, reports);
        return Mono.deferContextual(view -> {
            observations.quotaRefused(Observed.of(view), clients.quota().name());
            return Refusals.write(request, exchange.getResponse(), decision.rejection());
        });
    }

    @Override
    public int getOrder() {
        return clients.order();
    }

    /**
     * What of a request may tell its client.
     *
     * @param request of which what came is asked: Spring believes the farthest left of forwarded headers, and removes them
     * @param principal the user, if security was asked
     */
    private record Request(
            ServerHttpRequest request, @Nullable String principal) implements ClientRequest {
        @Override
        public List<String> headers(String name) {
            return NativeRequest.headers(request, name);
        }

        @Override
        public @Nullable String remoteAddress() {
            return NativeRequest.peer(request);
        }
    }
}
