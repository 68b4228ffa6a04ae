/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.internal.FunctionalRoutes;
import io.loadline.spring.internal.RouteTable;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/** Collects the patterns of router functions. Not thread-safe. */
@SuppressWarnings("overloads") // both of the visitors have an unknown
final class RouterFunctionPatterns implements RouterFunctions.Visitor, RequestPredicates.Visitor {
    private final FunctionalRoutes routes;

    RouterFunctionPatterns(RouteTable.Builder table) {
        this.routes = new FunctionalRoutes(table);
    }

    @Override
    public void startNested(RequestPredicate predicate) {
        predicate.accept(this);
        routes.startNested();
    }

    @Override
    public void endNested(RequestPredicate predicate) {
        routes.endNested();
    }

    @Override
    public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
        predicate.accept(this);
        routes.route();
    }

    @Override
    public void method(Set<HttpMethod> methods) {
        routes.methods(methods);
    }

    @Override
    public void path(String pattern) {
        routes.path(pattern);
    }

    @Override
    public void startNegate() {
        routes.startNegation();
    }

    @Override
    public void endNegate() {
        routes.endNegation();
    }

    // What says nothing about method or path.

    @Override
    public void resources(Function<ServerRequest, Mono<Resource>> lookup) {}

    @Override
    public void attributes(Map<String, Object> attributes) {}

    @Override
    public void unknown(RouterFunction<?> function) {}

    @Override
    @Deprecated
    @SuppressWarnings("removal")
    public void pathExtension(String extension) {}

    @Override
    public void header(String name, String value) {}

    @Override
    public void queryParam(String name, String value) {}

    @Override
    public void version(String version) {}

    @Override
    public void startAnd() {}

    @Override
    public void and() {}

    @Override
    public void endAnd() {}

    @Override
    public void startOr() {}

    @Override
    public void or() {}

    @Override
    public void endOr() {}

    @Override
    public void unknown(RequestPredicate predicate) {}
}
