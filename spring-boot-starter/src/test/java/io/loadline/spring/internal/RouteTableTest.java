/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.util.pattern.PathPatternParser;

class RouteTableTest {
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
            .algorithm(() -> FixedLimit.of(10))
            .build();

    private final RouteTable table = RouteTable.builder(limiter)
            .route(List.of("GET"), "/orders")
            .route(List.of("GET", "DELETE"), "/orders/{id}")
            .route(List.of("GET"), "/orders/latest")
            .route(List.of(), "/any/{thing}")
            .route(List.of("GET"), "/{tenant}/users")
            .route(List.of("PUT"), "/files/**")
            .untouched("/ping")
            .untouchedBelow("/actuator")
            .exclude("/static/**")
            .build();

    @ParameterizedTest
    @CsvSource({
        "GET, /orders, GET /orders",
        "HEAD, /orders, GET /orders",
        "GET, /orders/7, GET /orders/{id}",
        "DELETE, /orders/7, DELETE /orders/{id}",
        "GET, /orders/latest, GET /orders/latest",
        "DELETE, /orders/latest, DELETE /orders/{id}",
        "PATCH, /any/x, /any/{thing}",
        "GET, /acme/users, GET /{tenant}/users",
        "GET, /orders/users, GET /orders/{id}",
        "PUT, /files/a/b/c, PUT /files/**",
        "GET, /orders/%37, GET /orders/{id}",
        "GET, /orders;a=b, GET /orders",
        "POST, /orders, other",
        "GET, /orders/7/items, other",
        "GET, /, other",
        "GET, *, other",
        "GET, '', other",
        "GET, /orders/%zz, other",
        "GET, //orders, other",
        "GET, /actuatorx, other",
        "GET, /ping/, other"
    })
    void request_takesTheRouteOfItsPattern(String method, String path, String route) {
        assertThat(name(table.match(method, path))).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ping",
                "/actuator",
                "/actuator/health/liveness",
                "/static/a/b.css",
                "/livez",
                "/readyz",
                "/startupz",
                "/loadline",
                "/loadline/load"
            })
    void untouchedPath_hasNoRoute(String path) {
        assertThat(table.match("GET", path)).isNull();
    }

    /** Servers resolve such paths before they map them; the limit must not be avoided by a spelling. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/../orders/1",
                "/static/../orders/1",
                "/static/%2e%2e/orders/1",
                "/actuator//../orders/1",
                "/ping;a=b",
                "/livez/."
            })
    void untouchedPath_inAnotherSpelling_isLimited(String path) {
        assertThat(table.match("GET", path)).isNotNull();
    }

    @Test
    void distinctPaths_makeNoRoute() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(table.match("GET", "/made/up/" + i).route()).isSameAs(limiter.otherRoute());
            assertThat(table.match("METHOD" + i, "/orders/" + i).route()).isSameAs(limiter.otherRoute());
        }
        assertThat(limiter.routes()).containsExactly(limiter.otherRoute());
    }

    /** A router function may nest what no single pattern can say. */
    @Test
    void patternThatCannotBeParsed_isLeftOut() {
        RouteTable odd = RouteTable.builder(limiter)
                .prefix("/api")
                .route(List.of("GET"), "/**/**")
                .route(List.of("GET"), new PathPatternParser().parse("/**/report"))
                .route(List.of("GET"), "/orders")
                .build();
        assertThat(odd.match("GET", "/api/orders").route().name()).isEqualTo("GET /api/orders");
        assertThat(odd.match("GET", "/api/x/report").route()).isSameAs(limiter.otherRoute());
    }

    @Test
    void manyPatterns_areBoundedByTheLimiter() {
        RouteTable.Builder builder = RouteTable.builder(limiter);
        for (int i = 0; i < 1_000; i++) {
            builder.route(List.of("GET"), "/p" + i + "/{id}");
        }
        RouteTable large = builder.build();
        assertThat(limiter.routes()).hasSize(1);
        for (int i = 0; i < 1_000; i++) {
            assertThat(large.match("GET", "/p" + i + "/1")).isNotNull();
        }
        assertThat(limiter.routes()).hasSize(100);
    }

    @Test
    void prefix_holdsForWhatIsAddedAfterwards() {
        RouteTable prefixed = RouteTable.builder(limiter)
                .prefix("/api/")
                .route(List.of("GET"), "/orders/{id}")
                .untouchedBelow("/actuator")
                .build();
        assertThat(name(prefixed.match("GET", "/api/orders/1"))).isEqualTo("GET /api/orders/{id}");
        assertThat(name(prefixed.match("GET", "/orders/1"))).isEqualTo("other");
        assertThat(prefixed.match("GET", "/api/actuator/health")).isNull();
        assertThat(prefixed.match("GET", "/api/livez")).isNull();
        assertThat(prefixed.match("GET", "/loadline")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/metrics, /metrics, true",
        "/metrics, /metrics/, false",
        "/metrics, /metrics/a, false",
        "/static/**, /static, true",
        "/static/**, /static/, true",
        "/static/**, /static/a/b.css, true",
        "/static/**, /statics, false",
        "/static/**, /static/%2e%2e/orders, false",
        "/**, /anything, true",
        "/{version}/static/**, /v1/static/a.css, true",
        "/{version}/static/**, /v1/orders, false",
        "/v?/**, /v1/a, true",
        "/*.ico, /favicon.ico, true"
    })
    void exclude_matchesAsThePatternDoes(String pattern, String path, boolean untouched) {
        RouteTable excluding = RouteTable.builder(limiter).exclude(pattern).build();
        assertThat(excluding.match("GET", path) == null).isEqualTo(untouched);
    }

    @Test
    void exclude_thatIsNoPattern_isRefused() {
        assertThatThrownBy(() -> RouteTable.of(
                        limiter,
                        Stream.empty(),
                        List.of("/a/{"),
                        RouteCriticality.builder().build()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("loadline.limit.exclude = /a/{");
    }

    private static @Nullable String name(@Nullable MatchedRoute matched) {
        return matched == null ? null : matched.route().name();
    }
}
