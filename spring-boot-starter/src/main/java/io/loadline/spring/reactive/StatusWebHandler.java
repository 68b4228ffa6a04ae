/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.management.LoadlineStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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

/** Serves {@code /loadline} and {@code /loadline/load}. Thread-safe. There are no writes. */
final class StatusWebHandler implements WebHandler {
    private static final String STATUS = "/loadline";
    private static final String LOAD = "/loadline/load";

    /** Before the handlers of the application, whose patterns may be wide. */
    private static final int ORDER = -100;

    private final Loadline loadline;

    private StatusWebHandler(Loadline loadline) {
        this.loadline = loadline;
    }

    static SimpleUrlHandlerMapping mapping(Loadline loadline) {
        StatusWebHandler handler = new StatusWebHandler(loadline);
        return new SimpleUrlHandlerMapping(Map.of(STATUS, handler, LOAD, handler), ORDER);
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
        LoadlineStatus status = loadline.status();
        boolean load =
                exchange.getRequest().getPath().pathWithinApplication().value().equals(LOAD);
        byte[] body = (load ? status.loadJson() : status.toJson()).getBytes(StandardCharsets.UTF_8);
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        response.getHeaders().setCacheControl(CacheControl.noStore());
        response.getHeaders().setContentLength(body.length);
        if (method.equals(HttpMethod.HEAD)) {
            return response.setComplete();
        }
        DataBuffer buffer = response.bufferFactory().wrap(body);
        return response.writeWith(Mono.just(buffer));
    }
}
