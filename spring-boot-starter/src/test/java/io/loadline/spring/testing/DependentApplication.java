/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;

/** An application that depends on two things, one of them reactive, which are there if {@link #UP} is 1. */
@Configuration(proxyBeanMethods = false)
@Import(HeldApplication.class)
public class DependentApplication {
    static final AtomicInteger UP = new AtomicInteger();

    @Bean
    HealthIndicator shelfHealthIndicator() {
        return DependentApplication::health;
    }

    @Bean
    ReactiveHealthIndicator rackHealthIndicator() {
        return () -> Mono.fromCallable(DependentApplication::health);
    }

    private static Health health() {
        return (UP.get() == 1 ? Health.up() : Health.down()).build();
    }
}
