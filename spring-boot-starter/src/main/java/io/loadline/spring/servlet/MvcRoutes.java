/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.internal.RouteContributor;
import io.loadline.spring.internal.RouteTable;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletPath;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Collects the patterns of Spring MVC: of annotated controllers and of router functions. Stateless. */
final class MvcRoutes implements RouteContributor, Ordered {
    private final ObjectProvider<DispatcherServletPath> dispatcher;
    private final ObjectProvider<RequestMappingHandlerMapping> controllers;
    private final ObjectProvider<RouterFunctionMapping> functions;

    MvcRoutes(
            ObjectProvider<DispatcherServletPath> dispatcher,
            ObjectProvider<RequestMappingHandlerMapping> controllers,
            ObjectProvider<RouterFunctionMapping> functions) {
        this.dispatcher = dispatcher;
        this.controllers = controllers;
        this.functions = functions;
    }

    @Override
    public void addTo(RouteTable.Builder table) {
        dispatcher.ifAvailable(path -> table.prefix(path.getPrefix()));
        controllers
                .orderedStream()
                .forEach(mapping -> mapping.getHandlerMethods().keySet().forEach(info -> add(table, info)));
        functions.orderedStream().forEach(mapping -> {
            RouterFunction<?> function = mapping.getRouterFunction();
            if (function != null) {
                function.accept(new RouterFunctionPatterns(table));
            }
        });
    }

    private static void add(RouteTable.Builder table, RequestMappingInfo info) {
        PathPatternsRequestCondition patterns = info.getPathPatternsCondition();
        if (patterns != null) {
            List<String> methods = info.getMethodsCondition().getMethods().stream()
                    .map(Enum::name)
                    .toList();
            patterns.getPatterns().forEach(pattern -> table.route(methods, pattern));
        }
    }

    /** First: the dispatcher's path holds for what others add. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
