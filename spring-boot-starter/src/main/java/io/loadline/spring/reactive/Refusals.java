/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Answers requests that are refused. Stateless. */
final class Refusals {
    private Refusals() {}

    static Mono<Void> write(ServerHttpRequest request, ServerHttpResponse response, RejectionReason reason) {
        return write(request, response, Rejection.of(reason));
    }

    static Mono<Void> write(ServerHttpRequest request, ServerHttpResponse response, Rejection rejection) {
        byte[] body = rejection.problemJson();
        response.setStatusCode(HttpStatusCode.valueOf(rejection.status()));
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, rejection.retryAfterSeconds());
        headers.set(HttpHeaders.CONTENT_TYPE, Rejection.PROBLEM_JSON);
        headers.setContentLength(body.length);
        return request.getMethod().equals(HttpMethod.HEAD)
                ? response.setComplete()
                : response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }
}
