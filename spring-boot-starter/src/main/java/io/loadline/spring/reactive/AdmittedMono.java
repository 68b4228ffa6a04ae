/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Rejection;
import io.loadline.limit.Route;
import io.loadline.spring.internal.Outcomes;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/** A request that is admitted, or refused, when it is subscribed to. Immutable. */
final class AdmittedMono extends Mono<Void> {
    private final ConcurrencyLimiter limiter;
    private final Route route;
    private final ServerWebExchange exchange;
    private final WebFilterChain chain;

    AdmittedMono(ConcurrencyLimiter limiter, Route route, ServerWebExchange exchange, WebFilterChain chain) {
        this.limiter = limiter;
        this.route = route;
        this.exchange = exchange;
        this.chain = chain;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        long ticket = limiter.tryAcquireTicket(route);
        if (ticket == ConcurrencyLimiter.REFUSED) {
            refuse(exchange.getRequest().getMethod(), exchange.getResponse()).subscribe(actual);
            return;
        }
        AdmittedSubscriber subscriber = new AdmittedSubscriber(limiter, route, ticket, exchange, actual);
        try {
            chain.filter(exchange).subscribe(subscriber);
        } catch (RuntimeException | Error e) {
            // Errors that are fatal to Reactor are thrown through everything, and no signal will come.
            subscriber.end(Outcomes.of(limiter, e));
            throw e;
        }
    }

    private Mono<Void> refuse(HttpMethod method, ServerHttpResponse response) {
        Rejection rejection = Rejection.of(limiter.rejectionReason());
        byte[] body = rejection.problemJson();
        response.setStatusCode(HttpStatusCode.valueOf(rejection.status()));
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, rejection.retryAfterSeconds());
        headers.set(HttpHeaders.CONTENT_TYPE, Rejection.PROBLEM_JSON);
        headers.setContentLength(body.length);
        return method.equals(HttpMethod.HEAD)
                ? response.setComplete()
                : response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }
}
