/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.limit.ContextHeaders;
import io.loadline.signal.Saturation;
import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.LoadlineProperties;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.LongLivedPaths;
import io.loadline.spring.internal.RouteContributor;
import io.loadline.spring.internal.RouteCriticality;
import io.loadline.startup.WarmUp;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.server.WebFilter;
import reactor.netty.http.HttpResources;

/** Puts the limiter in front of a service on a reactive server. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({WebFilter.class, RequestMappingHandlerMapping.class})
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(Loadline.class)
public final class LoadlineReactiveAutoConfiguration {

    @Bean
    CollectedRoutes loadlineRoutes(
            Loadline loadline,
            LoadlineProperties properties,
            ObjectProvider<RouteContributor> contributors,
            RouteCriticality criticality,
            ObjectProvider<WarmUp> warmUp) {
        return new CollectedRoutes(
                        loadline.limiter(),
                        contributors,
                        properties.limit().exclude(),
                        properties.limit().excludeUserAgents(),
                        criticality,
                        warmUp)
                .limited(properties.routesWithSettings());
    }

    @Bean
    WebFluxRoutes loadlineWebFluxRoutes(
            ObjectProvider<RequestMappingHandlerMapping> controllers, ObjectProvider<RouterFunctionMapping> functions) {
        return new WebFluxRoutes(controllers, functions);
    }

    @Bean
    AdmissionWebFilter loadlineAdmissionFilter(
            Loadline loadline,
            LoadlineProperties properties,
            CollectedRoutes routes,
            ContextHeaders headers,
            ApplicationContext context) {
        LongLivedPaths longLived = new LongLivedPaths(properties.drain().longLived());
        return new AdmissionWebFilter(
                loadline,
                routes,
                longLived,
                headers,
                properties.limit().waiting().maxWait(),
                context);
    }

    @Bean
    @ConditionalOnBean(ClientQuota.class)
    QuotaWebFilter loadlineQuotaFilter(
            ClientQuota clients, CollectedRoutes routes, Loadline loadline, ApplicationContext context) {
        return new QuotaWebFilter(clients, routes, loadline, context);
    }

    /** Static, since it comes before other beans are made. */
    @Bean
    static ToldWebSocketService.Installer loadlineWebSocketFarewell() {
        return new ToldWebSocketService.Installer();
    }

    /** Without an actuator there is no management server: the main one serves the reads. */
    @Bean
    @ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration")
    SimpleUrlHandlerMapping loadlineStatusHandlerMapping(Loadline loadline) {
        return StatusWebHandler.mapping(loadline);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HttpResources.class)
    static class NettyConfiguration {

        @Bean
        QuickNettyStop loadlineQuickNettyStop(
                ObjectProvider<ReactorResourceFactory> resources, ApplicationContext context) {
            return new QuickNettyStop(resources, context);
        }

        @Bean
        EventLoops loadlineEventLoops(ObjectProvider<ReactorResourceFactory> resources, ApplicationContext context) {
            return new EventLoops(resources, context);
        }

        @Bean
        @ConditionalOnMissingBean(name = "loadlineEventLoopSaturation")
        Saturation loadlineEventLoopSaturation(EventLoops loops) {
            return loops.probe();
        }
    }
}
