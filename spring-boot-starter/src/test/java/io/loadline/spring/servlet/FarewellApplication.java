/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.FarewellContract.Flood;
import io.loadline.spring.testing.HeldApplication;
import io.loadline.testing.Gate;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.HandshakeHandler;
import org.springframework.web.socket.server.jetty.JettyRequestUpgradeStrategy;
import org.springframework.web.socket.server.standard.StandardWebSocketUpgradeStrategy;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;
import reactor.core.publisher.Flux;

/** Whatever a servlet container can hold open. */
@Configuration(proxyBeanMethods = false)
@Import({
    HeldApplication.class,
    FarewellApplication.Controller.class,
    FarewellApplication.Raw.class,
    FarewellApplication.Stomp.class
})
class FarewellApplication {

    @RestController
    static class Controller implements Flood {
        private final AtomicInteger sent = new AtomicInteger();
        private volatile Thread flooding;

        @GetMapping("/sse")
        SseEmitter sse() throws IOException {
            SseEmitter emitter = new SseEmitter(0L);
            emitter.send("hello");
            return emitter;
        }

        @GetMapping("/silent")
        SseEmitter silent() {
            return new SseEmitter(0L);
        }

        @GetMapping(path = "/flux", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> flux() {
            return Flux.just("hello").concatWith(Flux.never());
        }

        @GetMapping("/silent-flux")
        Flux<Integer> silentFlux() {
            return Flux.never();
        }

        @GetMapping(path = "/silent-events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<Integer> silentEvents() {
            return Flux.never();
        }

        @GetMapping("/flood")
        SseEmitter flood() {
            SseEmitter emitter = new SseEmitter(0L);
            Thread thread = new Thread(() -> send(emitter), "flood");
            thread.setDaemon(true);
            flooding = thread;
            return emitter;
        }

        @Override
        public void begin() {
            flooding.start();
        }

        private void send(SseEmitter emitter) {
            String much = "x".repeat(65_536);
            try {
                for (; ; ) {
                    emitter.send(much);
                    sent.incrementAndGet();
                }
            } catch (IOException | IllegalStateException ended) {
                // what is waited for
            }
        }

        /** Nothing goes any more, and the thread is in the midst of a write. */
        @Override
        public boolean isStuck() {
            Thread thread = flooding;
            int before = sent.get();
            return thread != null && before > 0 && thread.getState() != Thread.State.RUNNABLE && before == sent.get();
        }

        @GetMapping("/poll")
        DeferredResult<String> poll() {
            return new DeferredResult<>(60_000L, "nothing new");
        }

        @GetMapping("/poll/sse")
        SseEmitter pollEvents() throws IOException {
            return sse();
        }

        /** Two lines, the second when the gate opens. */
        @GetMapping("/emitted-lines")
        ResponseEntity<ResponseBodyEmitter> emittedLines(@RequestParam("gate") String gate) throws IOException {
            ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);
            emitter.send("{\"line\":\"first\"}\n", MediaType.TEXT_PLAIN);
            Object unused = Gate.of(gate).opened().thenAccept(opened -> {
                try {
                    emitter.send("{\"line\":\"" + opened + "\"}\n", MediaType.TEXT_PLAIN);
                    emitter.complete();
                } catch (IOException e) {
                    emitter.completeWithError(e);
                }
            });
            return ResponseEntity.ok().contentType(MediaType.APPLICATION_NDJSON).body(emitter);
        }

        /** Has begun to answer, as its request says, before it knows that events will follow. */
        @GetMapping("/begun")
        SseEmitter begun(@RequestParam("flush") boolean flush, HttpServletResponse response) throws IOException {
            response.getOutputStream().print("half an answer");
            if (flush) {
                response.flushBuffer();
            }
            return sse();
        }

        @GetMapping("/blocking")
        String blocking(@RequestParam("gate") String gate) {
            Gate.of(gate).pass();
            return "passed";
        }
    }

    @Bean
    RouterFunction<ServerResponse> functionalStream() {
        return RouterFunctions.route()
                .GET(
                        "/functional",
                        request -> ServerResponse.sse(stream -> {
                            try {
                                stream.send("hello");
                            } catch (IOException e) {
                                stream.error(e);
                            }
                        }))
                .build();
    }

    /** A long poll without Spring. */
    @Bean
    @SuppressWarnings("serial")
    ServletRegistrationBean<HttpServlet> rawPoll() {
        HttpServlet servlet = new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                AsyncContext context = request.startAsync();
                context.setTimeout(60_000);
                context.addListener(new EarlyAnswer(context));
            }
        };
        ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(servlet, "/poll/raw");
        registration.setAsyncSupported(true);
        return registration;
    }

    /** An event stream without Spring, written as text in the encoding that the request names. */
    @Bean
    @SuppressWarnings("serial")
    ServletRegistrationBean<HttpServlet> rawEvents() {
        HttpServlet servlet = new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.setContentType("text/event-stream");
                response.setCharacterEncoding(request.getParameter("encoding"));
                response.getWriter().print("data: hello\n\n");
                request.startAsync().setTimeout(0);
            }
        };
        ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(servlet, "/events/raw");
        registration.setAsyncSupported(true);
        return registration;
    }

    private record EarlyAnswer(AsyncContext context) implements AsyncListener {

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            context.getResponse().getWriter().print("nothing new");
            context.complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /** Spring takes Jetty's if it is on the class path. */
    private static HandshakeHandler handshake(ServletContext container) {
        return new DefaultHandshakeHandler(
                container.getServerInfo().startsWith("jetty")
                        ? new JettyRequestUpgradeStrategy()
                        : new StandardWebSocketUpgradeStrategy());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocket
    static class Raw implements WebSocketConfigurer {
        private final ServletContext container;

        Raw(ServletContext container) {
            this.container = container;
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(
                            new TextWebSocketHandler() {
                                @Override
                                public void afterConnectionEstablished(WebSocketSession session) throws IOException {
                                    session.sendMessage(new TextMessage("hello"));
                                }
                            },
                            "/ws")
                    .setHandshakeHandler(handshake(container));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocketMessageBroker
    static class Stomp implements WebSocketMessageBrokerConfigurer {
        private final ServletContext container;

        Stomp(ServletContext container) {
            this.container = container;
        }

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/stomp").setHandshakeHandler(handshake(container));
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            registry.enableSimpleBroker("/topic");
        }
    }
}
