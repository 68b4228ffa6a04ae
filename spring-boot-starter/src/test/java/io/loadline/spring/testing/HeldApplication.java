/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import io.loadline.limit.CallContext;
import io.loadline.testing.Gate;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An application that runs on any server and holds a request while a test looks around. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
public class HeldApplication {

    /** More than the buffers between two processes hold. */
    public static final int LARGE = 16 << 20;

    @GetMapping("/large")
    byte[] large() {
        return new byte[LARGE];
    }

    @GetMapping("/orders/{id}")
    String order(@PathVariable("id") String id) {
        return "order " + id;
    }

    @GetMapping("/static/{name}")
    String file(@PathVariable("name") String name) {
        return "file " + name;
    }

    @GetMapping("/upgraded")
    String upgraded() {
        return "not upgraded";
    }

    /** A line at once and one when the gate opens. */
    @GetMapping(path = "/lines", produces = MediaType.APPLICATION_NDJSON_VALUE)
    Flux<Map<String, String>> lines(@RequestParam("gate") String gate) {
        return Flux.just(Map.of("line", "first"))
                .concatWith(Mono.fromFuture(Gate.of(gate).opened()).map(opened -> Map.of("line", opened)));
    }

    /** What is known of the call, and whether the thread knows it too. */
    @GetMapping("/context")
    String context(@RequestAttribute(name = "io.loadline.limit.CallContext") CallContext context) {
        return context.criticality() + " " + context.remaining().isPresent() + " " + (CallContext.current() == context);
    }

    @GetMapping("/held")
    CompletableFuture<String> held(@RequestParam("gate") String gate) {
        return Gate.of(gate).opened();
    }
}
