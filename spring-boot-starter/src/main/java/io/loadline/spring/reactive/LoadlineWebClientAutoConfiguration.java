/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.internal.GuardedHosts;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Puts the guards of dependencies around the {@code WebClient}s that Spring Boot builds. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnClass(WebClientCustomizer.class)
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(GuardedHosts.class)
public final class LoadlineWebClientAutoConfiguration {

    /** Last, so that what others do before the request is sent, such as fetch a token, is no part of the call. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebClientCustomizer loadlineWebClientCustomizer(GuardedHosts hosts) {
        return builder -> builder.filter(new GuardingFilter(hosts));
    }
}
