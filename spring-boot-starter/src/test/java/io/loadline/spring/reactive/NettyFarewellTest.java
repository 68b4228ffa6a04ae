/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.spring.testing.FarewellContract;
import io.loadline.spring.testing.FarewellContract.Flood;
import io.loadline.spring.testing.HeldApplication;
import io.loadline.spring.testing.Server;
import io.loadline.testing.Wire.Answer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class NettyFarewellTest extends FarewellContract {
    NettyFarewellTest() {
        super(Application.class, Server.NETTY);
    }

    /** A reactive handler has no time-out of its own that could come early. */
    @Override
    protected void assertEarly(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("\"draining\"");
    }

    @Configuration(proxyBeanMethods = false)
    @Import({HeldApplication.class, Streams.class})
    static class Application {

        @Bean
        SimpleUrlHandlerMapping webSockets() {
            WebSocketHandler hello = session ->
                    session.send(Mono.just(session.textMessage("hello"))).and(session.receive());
            return new SimpleUrlHandlerMapping(Map.of("/ws", hello), -1);
        }

        /** Spring takes Jetty's if it is on the class path. */
        @Bean
        WebSocketHandlerAdapter webSocketAdapter() {
            return new WebSocketHandlerAdapter(new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy()));
        }
    }

    @RestController
    static class Streams implements Flood {
        private final Sinks.Empty<Void> begun = Sinks.empty();
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong seen = new AtomicLong(-1);

        @GetMapping(path = "/sse", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> sse() {
            return Flux.just("hello").concatWith(Flux.never());
        }

        @GetMapping(path = "/silent", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> silent() {
            return Flux.never();
        }

        @GetMapping(path = "/flood", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> flood() {
            String much = "x".repeat(65_536);
            Flux<String> flood = Flux.generate(sink -> {
                sent.incrementAndGet();
                sink.next(much);
            });
            return Flux.just("first").concatWith(begun.asMono().thenMany(flood));
        }

        @Override
        public void begin() {
            begun.tryEmitEmpty();
        }

        /** Nobody asks for more since the last look. */
        @Override
        public boolean isStuck() {
            return sent.get() > 0 && seen.getAndSet(sent.get()) == sent.get();
        }

        @GetMapping(path = "/poll/sse", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> pollEvents() {
            return sse();
        }

        @GetMapping("/poll")
        Mono<String> poll() {
            return Mono.never();
        }
    }
}
