/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.TracedApplication;
import io.loadline.spring.testing.TracingContract;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** The observation of a request is the thread's; its log lines say what there is to say. */
class TomcatTracingTest extends TracingContract {
    TomcatTracingTest() {
        super(Server.TOMCAT, Application.class);
    }

    @Test
    void loggersContext_tellsOfTheRequest_ifThereIsSomethingToTell() {
        assertThat(logged()).isEqualTo("null null");
        assertThat(logged("Criticality: sheddable")).isEqualTo("sheddable null");
        awaitIdle();
        Gate gate = hold();
        try (Wire waiting = new Wire(service().port())) {
            waiting.send("GET", "/logged");
            awaitWaiting();
            gate.open();
            assertThat(waiting.read("GET").body()).matches("null [1-9][0-9]*");
        }
        assertThat(logged()).isEqualTo("null null");
    }

    private String logged(String... headers) {
        awaitIdle();
        return Wire.get(service().port(), "/logged", headers).body();
    }

    static class Application extends TracedApplication {
        @Bean
        Stock stock(RestClient.Builder builder, Environment environment) {
            return new Stock(builder.baseUrl(environment.getRequiredProperty("test.inventory"))
                    .build());
        }
    }

    @RestController
    static class Stock {
        private final RestClient inventory;

        Stock(RestClient inventory) {
            this.inventory = inventory;
        }

        @GetMapping("/stock")
        String stock() {
            return inventory.get().uri("/").retrieve().body(String.class);
        }

        @GetMapping("/logged")
        String logged() {
            return MDC.get("loadline.criticality") + " " + MDC.get("loadline.waited_ms");
        }
    }
}
