/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.testing.Gate;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** One handler for each way in which a servlet request can end. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
class ServletApplication {
    static final Map<String, DeferredResult<String>> DEFERRED = new ConcurrentHashMap<>();
    static final Map<String, SseEmitter> EMITTERS = new ConcurrentHashMap<>();

    @GetMapping("/orders/{id}")
    String order(@PathVariable String id) {
        return "order " + id;
    }

    @PostMapping("/orders/{id}")
    String change(@PathVariable String id) {
        return "changed " + id;
    }

    @GetMapping("/wait")
    String waitAtGate(@RequestParam String gate) {
        Gate.of(gate).pass();
        return "waited";
    }

    @GetMapping("/exception")
    String exception() {
        throw new IllegalStateException("on purpose");
    }

    @GetMapping("/error-thrown")
    String error() {
        throw new StackOverflowError("on purpose");
    }

    @GetMapping("/timeout-thrown")
    String timeout() throws TimeoutException {
        throw new TimeoutException("on purpose");
    }

    @GetMapping("/send-error")
    void sendError(@RequestParam int status, HttpServletResponse response) throws IOException {
        response.sendError(status);
    }

    @GetMapping("/filtered")
    String filtered() {
        return "never";
    }

    @GetMapping("/callable")
    Callable<String> callable(@RequestParam String gate) {
        return () -> {
            Gate.of(gate).pass();
            return "called";
        };
    }

    @GetMapping("/deferred")
    DeferredResult<String> deferred(@RequestParam String gate) {
        DeferredResult<String> result = new DeferredResult<>();
        DEFERRED.put(gate, result);
        Gate.of(gate).arrive();
        return result;
    }

    @GetMapping("/deferred-timeout")
    DeferredResult<String> deferredTimeout() {
        return new DeferredResult<>(10L);
    }

    @GetMapping("/long-poll")
    DeferredResult<String> longPoll() {
        return new DeferredResult<>(10L, "nothing new");
    }

    @GetMapping("/streamed")
    StreamingResponseBody streamed(@RequestParam String gate) {
        return out -> {
            out.write("one".getBytes(StandardCharsets.UTF_8));
            Gate.of(gate).pass();
            out.write("two".getBytes(StandardCharsets.UTF_8));
        };
    }

    @GetMapping("/streamed-error")
    StreamingResponseBody streamedError() {
        return out -> {
            out.write(new byte[65_536]); // more than the buffer, so that the response is committed
            throw new AssertionError("on purpose");
        };
    }

    @GetMapping("/sse")
    SseEmitter sse(@RequestParam String gate) throws IOException {
        SseEmitter emitter = new SseEmitter(0L);
        EMITTERS.put(gate, emitter);
        emitter.send("hello");
        Gate.of(gate).arrive();
        return emitter;
    }

    /** More than any buffer holds, so that a client that goes is noticed. */
    @GetMapping("/large")
    void large(@RequestParam String gate, HttpServletResponse response) throws IOException {
        Gate.of(gate).pass();
        byte[] block = new byte[65_536];
        for (int i = 0; i < 2_000; i++) {
            response.getOutputStream().write(block);
        }
    }

    /** Two asynchronous cycles by hand, and a third without a dispatch. */
    @GetMapping("/cycles")
    void cycles(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Integer cycle = (Integer) request.getAttribute("cycle");
        int next = cycle == null ? 1 : cycle + 1;
        request.setAttribute("cycle", next);
        AsyncContext async = request.startAsync(request, response);
        if (next <= 2) {
            async.dispatch();
        } else {
            response.getWriter().print("cycle " + next);
            async.complete();
        }
    }

    @Bean
    RouterFunction<ServerResponse> functions() {
        return RouterFunctions.route()
                .path(
                        "/functional",
                        nested -> nested.GET(
                                "/{id}", request -> ServerResponse.ok().body("functional")))
                .build();
    }

    @Bean
    FilterRegistrationBean<Filter> throwingFilter() {
        FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
            throw new NoClassDefFoundError("on purpose");
        });
        filter.addUrlPatterns("/filtered");
        return filter;
    }
}
