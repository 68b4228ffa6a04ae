/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.limit.ContextHeaders;
import io.loadline.spring.LimiterBuilderCustomizer;
import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.LoadlineProperties;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.LongLivedPaths;
import io.loadline.spring.internal.RouteContributor;
import io.loadline.spring.internal.RouteCriticality;
import io.loadline.startup.WarmUp;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletPath;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.ErrorResponse;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;

/** Puts the limiter in front of a service on a servlet container. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Filter.class, ErrorResponse.class})
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(Loadline.class)
public final class LoadlineServletAutoConfiguration {
    /** After what sets the encoding, trusts forwarded headers and observes, so that refusals are observed too. */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

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
    WaitNote loadlineWaitNote() {
        return new WaitNote();
    }

    @Bean
    LimiterBuilderCustomizer loadlineWaitNoteCustomizer(WaitNote waits, LoadlineProperties properties) {
        return builder -> {
            if (properties.limit().waiting().maxWait() != null) {
                builder.listener(waits);
            }
        };
    }

    @Bean
    FilterRegistrationBean<AdmissionFilter> loadlineAdmissionFilter(
            Loadline loadline,
            LoadlineProperties properties,
            CollectedRoutes routes,
            ContextHeaders headers,
            WaitNote waits) {
        LongLivedPaths longLived = new LongLivedPaths(properties.drain().longLived());
        FilterRegistrationBean<AdmissionFilter> registration = new FilterRegistrationBean<>(new AdmissionFilter(
                loadline, routes, longLived, headers, properties.limit().waiting(), waits));
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        registration.setOrder(ORDER);
        return registration;
    }

    @Bean
    @ConditionalOnBean(ClientQuota.class)
    FilterRegistrationBean<QuotaFilter> loadlineQuotaFilter(
            ClientQuota clients, CollectedRoutes routes, Loadline loadline) {
        FilterRegistrationBean<QuotaFilter> registration =
                new FilterRegistrationBean<>(new QuotaFilter(clients, routes, loadline));
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        registration.setOrder(clients.order());
        return registration;
    }

    /** Without an actuator there is no management server: the main one serves the reads. */
    @Bean
    @ConditionalOnMissingClass("org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration")
    ServletRegistrationBean<StatusServlet> loadlineStatusServlet(Loadline loadline) {
        return StatusServlet.registration(loadline);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({RequestMappingHandlerMapping.class, DispatcherServletPath.class})
    static class MvcConfiguration {

        @Bean
        MvcRoutes loadlineMvcRoutes(
                ObjectProvider<DispatcherServletPath> dispatcher,
                ObjectProvider<RequestMappingHandlerMapping> controllers,
                ObjectProvider<RouterFunctionMapping> functions) {
            return new MvcRoutes(dispatcher, controllers, functions);
        }

        /** Static, since it comes before other beans are made. */
        @Bean
        static EmitterNote.Installer loadlineEmitterNote() {
            return new EmitterNote.Installer();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebSocketHandlerDecorator.class, SimpleUrlHandlerMapping.class})
    static class WebSocketConfiguration {

        /** Static, since it comes before other beans are made, Loadline among them. */
        @Bean
        static ToldWebSocketHandler.Installer loadlineWebSocketFarewell(ObjectProvider<Loadline> loadline) {
            return new ToldWebSocketHandler.Installer(
                    () -> loadline.getObject().drain().longLived());
        }
    }
}
