/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.internal.RouteContributor;
import io.loadline.spring.internal.RouteTable;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/** Collects the patterns of Spring WebFlux: of annotated controllers and of router functions. Stateless. */
final class WebFluxRoutes implements RouteContributor {
    private final ObjectProvider<RequestMappingHandlerMapping> controllers;
    private final ObjectProvider<RouterFunctionMapping> functions;

    WebFluxRoutes(
            ObjectProvider<RequestMappingHandlerMapping> controllers, ObjectProvider<RouterFunctionMapping> functions) {
        this.controllers = controllers;
        this.functions = functions;
    }

    @Override
    public void addTo(RouteTable.Builder table) {
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
        List<String> methods =
                info.getMethodsCondition().getMethods().stream().map(Enum::name).toList();
        info.getPatternsCondition().getPatterns().forEach(pattern -> table.route(methods, pattern));
    }
}
