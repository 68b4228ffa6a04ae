/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.TracedApplication;
import io.loadline.spring.testing.TracingContract;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** The observation of a request is in Reactor's context, and no thread knows it. */
class NettyTracingTest extends TracingContract {
    NettyTracingTest() {
        super(Server.NETTY, Application.class);
    }

    static class Application extends TracedApplication {
        @Bean
        Stock stock(WebClient.Builder builder, Environment environment) {
            return new Stock(builder.baseUrl(environment.getRequiredProperty("test.inventory"))
                    .build());
        }
    }

    @RestController
    static class Stock {
        private final WebClient inventory;

        Stock(WebClient inventory) {
            this.inventory = inventory;
        }

        @GetMapping("/stock")
        Mono<String> stock() {
            return inventory.get().uri("/").retrieve().bodyToMono(String.class);
        }
    }
}
