/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.loadline.testing.Gate;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application whose answers need what its critical stage makes; the stage waits at the gate {@code test.gate}. */
@Configuration(proxyBeanMethods = false)
@Import({HeldApplication.class, StagedApplication.Prices.class})
public class StagedApplication {
    private static final Map<String, CompletableFuture<Integer>> PORTS = new ConcurrentHashMap<>();

    private final String gate;

    StagedApplication(Environment environment) {
        this.gate = environment.getRequiredProperty("test.gate");
    }

    /** The port of the application with this gate, as soon as its server listens. */
    public static CompletableFuture<Integer> port(String gate) {
        return PORTS.computeIfAbsent(gate, key -> new CompletableFuture<>());
    }

    @EventListener
    void onListening(WebServerInitializedEvent event) {
        boolean unused = port(gate).complete(event.getWebServer().getPort());
    }

    /** Has a price when the stage is done, and fails before. */
    @RestController
    public static class Prices {
        private final String gate;
        private final AtomicInteger served = new AtomicInteger();
        private volatile @Nullable String price;

        Prices(Environment environment) {
            this.gate = environment.getRequiredProperty("test.gate");
        }

        @DeferredStartup(name = "prices", estimate = "${test.estimate:1MB}", timeout = "1m")
        void load(StageContext stage) throws InterruptedException, ExecutionException {
            String unused = Gate.of(gate).opened().get();
            stage.checkpoint();
            price = "42";
        }

        @GetMapping("/price")
        String price() {
            String loaded = price;
            if (loaded == null) {
                throw new IllegalStateException("there is no price yet");
            }
            served.incrementAndGet();
            return loaded;
        }

        int served() {
            return served.get();
        }
    }
}
