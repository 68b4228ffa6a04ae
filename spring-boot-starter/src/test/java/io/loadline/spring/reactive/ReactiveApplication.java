/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.testing.Gate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One handler for each way in which a reactive request can end. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
class ReactiveApplication {

    @GetMapping("/orders/{id}")
    Mono<String> order(@PathVariable("id") String id) {
        return Mono.just("order " + id);
    }

    @GetMapping("/empty")
    Mono<Void> empty() {
        return Mono.empty();
    }

    @GetMapping("/held")
    Mono<String> held(@RequestParam("gate") String gate) {
        return Mono.fromFuture(() -> Gate.of(gate).opened(), true);
    }

    @GetMapping("/exception")
    Mono<String> exception() {
        return Mono.error(new IllegalStateException("on purpose"));
    }

    @GetMapping("/exception-thrown")
    Mono<String> thrown() {
        throw new IllegalStateException("on purpose");
    }

    @GetMapping("/error")
    Mono<String> error() {
        return Mono.error(new AssertionError("on purpose"));
    }

    @GetMapping("/subscribe-thrown")
    Mono<String> subscribeThrown() {
        return Mono.from(subscriber -> {
            throw new IllegalStateException("on purpose");
        });
    }

    @GetMapping("/status")
    Mono<String> status(@RequestParam("status") int status) {
        return Mono.error(new ResponseStatusException(HttpStatus.valueOf(status)));
    }

    @GetMapping("/timeout")
    Mono<String> timeout() {
        return Mono.<String>never().timeout(Duration.ofMillis(10));
    }

    @GetMapping("/filtered")
    String filtered() {
        return "never";
    }

    @GetMapping("/fatal")
    Mono<String> fatal() {
        return Mono.fromCallable(() -> {
            throw new NoClassDefFoundError("on purpose");
        });
    }

    @GetMapping(path = "/streamed", produces = MediaType.TEXT_PLAIN_VALUE)
    Flux<String> streamed(@RequestParam("gate") String gate) {
        return Flux.just("one").concatWith(Mono.fromFuture(() -> Gate.of(gate).opened(), true));
    }

    @GetMapping(path = "/streamed-error", produces = MediaType.TEXT_PLAIN_VALUE)
    Mono<Void> streamedError(ServerHttpResponse response) {
        DataBuffer one = response.bufferFactory().wrap("one".getBytes(StandardCharsets.UTF_8));
        return response.writeAndFlushWith(
                Flux.just(Mono.just(one)).concatWith(Mono.error(new IllegalStateException("on purpose"))));
    }

    @GetMapping(path = "/sse", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<String> sse(@RequestParam("gate") String gate) {
        return Flux.just("hello").concatWith(Mono.fromFuture(() -> Gate.of(gate).opened(), true));
    }

    @Bean
    RouterFunction<ServerResponse> functions() {
        return RouterFunctions.route()
                .path(
                        "/functional",
                        nested -> nested.GET(
                                "/{id}", request -> ServerResponse.ok().bodyValue("functional")))
                .build();
    }

    @Bean
    WebFilter throwingFilter() {
        return (exchange, chain) -> {
            if (exchange.getRequest().getPath().value().equals("/filtered")) {
                throw new IllegalStateException("on purpose");
            }
            return chain.filter(exchange);
        };
    }
}
