/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Criticality;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class RouteCriticalityTest {
    private final ConcurrencyLimiter limiter =
            ConcurrencyLimiter.builder("test").build();
    private final RouteCriticality criticality = RouteCriticality.builder()
            .add(Criticality.CRITICAL_PLUS, List.of("POST /orders", "get /health/{part}"))
            .add(Criticality.SHEDDABLE_PLUS, List.of("/orders/**"))
            .add(Criticality.SHEDDABLE, List.of("/**", "GET /orders/{id}/history"))
            .build();

    private final RouteTable table = RouteTable.of(
            limiter,
            Stream.of(builder -> builder.route(List.of("GET", "POST"), "/orders")
                    .route(List.of("GET"), "/orders/{id}")
                    .route(List.of("GET"), "/orders/{id}/history")
                    .route(List.of("GET"), "/health/{part}")
                    .route(List.of(), "/search")),
            List.of(),
            criticality);

    @ParameterizedTest
    @CsvSource({
        "POST, /orders, CRITICAL_PLUS",
        "GET, /orders, SHEDDABLE_PLUS",
        "GET, /orders/7, SHEDDABLE_PLUS",
        "GET, /orders/7/history, SHEDDABLE",
        "GET, /health/db, CRITICAL_PLUS",
        "PUT, /search, SHEDDABLE",
        "GET, /nowhere, CRITICAL"
    })
    void route_hasTheCriticalityOfTheMostSpecificPattern(String method, String path, Criticality expected) {
        assertThat(Objects.requireNonNull(table.match(method, path)).route().criticality())
                .isEqualTo(expected);
    }

    @Test
    void route_beyondThoseToldApart_keepsItsCriticality() {
        ConcurrencyLimiter few = ConcurrencyLimiter.builder("few").maxRoutes(2).build();
        RouteTable crowded = RouteTable.of(
                few,
                Stream.of(builder -> builder.route(List.of("GET", "POST"), "/orders")
                        .route(List.of("GET"), "/orders/{id}")
                        .route(List.of("GET"), "/items")),
                List.of(),
                RouteCriticality.builder()
                        .add(Criticality.CRITICAL_PLUS, List.of("POST /orders"))
                        .add(Criticality.SHEDDABLE, List.of("/orders/**"))
                        .build());
        assertThat(few.route("first")).isNotSameAs(few.otherRoute());
        assertThat(criticality(crowded, "POST", "/orders", null)).isEqualTo(Criticality.CRITICAL_PLUS);
        assertThat(criticality(crowded, "GET", "/orders/7", null)).isEqualTo(Criticality.SHEDDABLE);
        assertThat(criticality(crowded, "GET", "/items", null)).isNull();
        assertThat(criticality(crowded, "POST", "/orders", "sheddable")).isEqualTo(Criticality.SHEDDABLE);
        assertThat(criticality(crowded, "GET", "/orders/7", "critical")).isEqualTo(Criticality.SHEDDABLE);
        assertThat(few.otherRoute().criticality()).isEqualTo(Criticality.CRITICAL);
        assertThat(few.routes()).hasSize(2);
    }

    private static @Nullable Criticality criticality(
            RouteTable table, String method, String path, @Nullable String claimed) {
        return Objects.requireNonNull(table.match(method, path))
                .context(ContextHeaders.defaults(), name -> name.equals(ContextHeaders.CRITICALITY) ? claimed : null)
                .criticality();
    }

    /** Services that other tests run in this JVM leave the levels that they set. */
    @BeforeEach
    void warnsAreLogged() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel(RouteCriticality.class.getName(), LogLevel.WARN);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void settingThatNamesNoRoute_isToldOf(CapturedOutput output) {
        RouteTable unused = RouteTable.of(
                limiter,
                Stream.of(builder -> builder.route(List.of("GET"), "/orders/{id}")),
                List.of(),
                RouteCriticality.builder()
                        .add(Criticality.SHEDDABLE, List.of("/order/**", "/orders/**"))
                        .build());
        assertThat(output)
                .contains("loadline.limit.criticality.sheddable = /order/** names no route")
                .doesNotContain("/orders/**");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void settingWhoseMethodNoHandlerHas_isToldOfOnce(CapturedOutput output) {
        RouteTable unused = RouteTable.of(
                limiter,
                Stream.of(
                        builder -> builder.route(List.of("GET"), "/orders/{id}").route(List.of(), "/search")),
                List.of(),
                RouteCriticality.builder()
                        .add(Criticality.CRITICAL_PLUS, List.of("put /orders/{id}", "GET /orders/{id}", "POST /search"))
                        .build());
        assertThat(output)
                .containsOnlyOnce("loadline.limit.criticality.critical-plus = put /orders/{id} names no route")
                .containsOnlyOnce("loadline.limit.criticality.critical-plus = POST /search names no route")
                .doesNotContain("= GET /orders/{id}");
    }
}
