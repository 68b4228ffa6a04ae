/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.spring.internal.StatusReads;
import io.loadline.spring.internal.StatusReads.Body;
import java.util.stream.Collectors;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;

/** Serves {@code /loadline} and what is below it. Thread-safe. There are no writes. */
final class StatusWebHandler implements WebHandler {
    /** Before the handlers of the application, whose patterns may be wide. */
    private static final int ORDER = -100;

    private final StatusReads reads;

    private StatusWebHandler(StatusReads reads) {
        this.reads = reads;
    }

    static SimpleUrlHandlerMapping mapping(Loadline loadline) {
        StatusWebHandler handler = new StatusWebHandler(new StatusReads(loadline, false));
        return new SimpleUrlHandlerMapping(
                StatusReads.paths().stream().collect(Collectors.toMap(path -> path, path -> handler)), ORDER);
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange) {
        HttpMethod method = exchange.getRequest().getMethod();
        ServerHttpResponse response = exchange.getResponse();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            response.setStatusCode(HttpStatus.METHOD_NOT_ALLOWED);
            response.getHeaders().set("Allow", "GET, HEAD");
            return response.setComplete();
        }
        Body read =
                reads.at(exchange.getRequest().getPath().pathWithinApplication().value());
        byte[] body = read.bytes();
        response.getHeaders().setContentType(MediaType.parseMediaType(read.contentType()));
        response.getHeaders().setCacheControl(CacheControl.noStore());
        response.getHeaders().setContentLength(body.length);
        if (method.equals(HttpMethod.HEAD)) {
            return response.setComplete();
        }
        DataBuffer buffer = response.bufferFactory().wrap(body);
        return response.writeWith(Mono.just(buffer));
    }
}
