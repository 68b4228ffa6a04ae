/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.client;

import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.internal.GuardedHosts;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Puts the guards of dependencies around the clients that Spring Boot builds. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnClass(RestClientCustomizer.class)
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(GuardedHosts.class)
public final class LoadlineClientAutoConfiguration {

    @Bean
    GuardedClients loadlineGuardedClients(GuardedHosts hosts, Environment environment) {
        return new GuardedClients(hosts, environment);
    }

    /** Last, so that what others do before the request is sent, such as fetch a token, is no part of the call. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    RestClientCustomizer loadlineRestClientCustomizer(GuardedClients clients) {
        return builder -> builder.requestInterceptor(clients.interceptor());
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    RestTemplateCustomizer loadlineRestTemplateCustomizer(GuardedClients clients) {
        return template -> template.getInterceptors().add(clients.interceptor());
    }
}
