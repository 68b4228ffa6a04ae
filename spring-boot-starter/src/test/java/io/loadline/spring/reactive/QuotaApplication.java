/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.HeldApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** Takes a header for the user, where Spring Security's chain is. */
class QuotaApplication extends HeldApplication {

    @Bean
    @Order(-100)
    WebFilter security() {
        return (exchange, chain) -> {
            String user = exchange.getRequest().getHeaders().getFirst("X-User");
            return chain.filter(
                    user == null
                            ? exchange
                            : exchange.mutate().principal(Mono.just(() -> user)).build());
        };
    }
}
