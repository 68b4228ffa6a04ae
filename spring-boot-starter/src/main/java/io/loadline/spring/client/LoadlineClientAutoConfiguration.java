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

/** Puts the guards of dependencies around the clients that Spring Boot builds. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnClass(RestClientCustomizer.class)
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(GuardedHosts.class)
public final class LoadlineClientAutoConfiguration {

    /** Last, so that what others do before the request is sent, such as fetch a token, is no part of the call. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    RestClientCustomizer loadlineRestClientCustomizer(GuardedHosts hosts) {
        return builder -> builder.requestInterceptor(new GuardingInterceptor(hosts));
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    RestTemplateCustomizer loadlineRestTemplateCustomizer(GuardedHosts hosts) {
        return template -> template.getInterceptors().add(new GuardingInterceptor(hosts));
    }
}
