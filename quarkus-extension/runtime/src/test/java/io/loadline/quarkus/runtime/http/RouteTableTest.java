/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Criticality;
import io.loadline.limit.Route;
import io.loadline.quarkus.runtime.config.TestConfig;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which route a request takes, and which take none. */
class RouteTableTest {
    private static final EndpointPaths PATHS = new EndpointPaths(
            List.of(
                    "GET /orders/{id}",
                    "DELETE /orders/{id}",
                    "GET /orders/new",
                    "POST /orders",
                    "GET /{any}",
                    "GET /stream",
                    "GET /broken/{a: [}",
                    "* /anything"),
            List.of("GET /stream"),
            List.of("/livez", "/loadline"),
            List.of("/q"));

    private final ConcurrencyLimiter limiter =
            ConcurrencyLimiter.builder("test").maxRoutes(4).build();

    @ParameterizedTest
    @CsvSource({
        "GET, /orders/7, GET /orders/{id}",
        "HEAD, /orders/7, GET /orders/{id}",
        "DELETE, /orders/7, DELETE /orders/{id}",
        "GET, /orders/new, GET /orders/new",
        "DELETE, /orders/new, DELETE /orders/{id}",
        "GET, /orders/7/, GET /orders/{id}",
        "POST, /orders, POST /orders",
        "GET, /orders, GET /{any}",
        "GET, /hello, GET /{any}",
        "PUT, /hello, other",
        "GET, /orders/7/lines, other",
        "GET, /broken/a, other",
        "PURGE, /anything, /anything",
        "GET, /, other",
        "GET, /q/../orders/7, other",
        "GET, /orders;a=1;b/7;c, GET /orders/{id}",
        "POST, /orders/;a, POST /orders",
        "GET, /;/orders/7, other"
    })
    void request_takesTheMostSpecificRoute(String method, String path, String route) {
        assertThat(table("").match(method, path, () -> path).route().name()).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/loadline", "/q", "/q/health/live", "/static", "/static/logo"})
    void path_thatIsExcluded_passesUntouched(String path) {
        assertThat(table("").match("GET", path, () -> path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez/", "/livez;a=b", "/%6civez", "//livez", "/qx", "/q/../orders", "/staticx/logo"})
    void path_inAnotherSpelling_isLimited(String path) {
        assertThat(table("").match("GET", path, () -> "/livez")).isNotNull();
    }

    @Test
    void eventStream_isKnownAsOne() {
        assertThat(table("").match("GET", "/stream", () -> "/stream").events()).isTrue();
        assertThat(table("").match("GET", "/orders/1", () -> "/orders/1").events())
                .isFalse();
    }

    @Test
    void criticality_isThatOfTheMostSpecificSetting() {
        RouteTable table = table("limit.criticality.sheddable=/orders/**;limit.criticality.critical-plus=POST /orders");

        assertThat(criticality(table, "GET", "/orders/1")).isEqualTo(Criticality.SHEDDABLE);
        assertThat(criticality(table, "POST", "/orders")).isEqualTo(Criticality.CRITICAL_PLUS);
        assertThat(criticality(table, "GET", "/hello")).isEqualTo(Criticality.CRITICAL);
    }

    @Test
    void criticality_ofOneRouteTooMany_isKnownAllTheSame() {
        RouteTable table = table("limit.criticality.sheddable=/stream");
        List.of("/orders/1", "/orders/new", "/hello", "/x").forEach(path -> table.match("GET", path, () -> path));
        table.match("POST", "/orders", () -> "/orders");
        table.match("DELETE", "/orders/1", () -> "/orders/1");

        MatchedRoute matched = table.match("GET", "/stream", () -> "/stream");

        assertThat(matched.route().name()).isEqualTo(Route.OTHER);
        assertThat(matched.own()).isEqualTo(Criticality.SHEDDABLE);
    }

    @Test
    void routes_thatHaveSettings_comeBeforeThereAreTooMany() {
        table("").prefer(Set.of("GET /stream", "GET /nowhere"));

        assertThat(limiter.routes())
                .extracting(Route::name)
                .contains("GET /stream")
                .doesNotContain("GET /nowhere");
    }

    @Test
    void pattern_thatIsNone_isRefusedWithItsKey() {
        assertThatThrownBy(() -> table("limit.criticality.sheddable=reports"))
                .hasMessageContaining("quarkus.loadline.limit.criticality.sheddable = reports")
                .hasMessageContaining("must begin with a slash");
    }

    private static Criticality criticality(RouteTable table, String method, String path) {
        MatchedRoute matched = table.match(method, path, () -> path);
        return matched.own() == null ? matched.route().criticality() : matched.own();
    }

    private RouteTable table(String settings) {
        return new RouteTable(
                limiter,
                PATHS,
                new PathSetting("limit.exclude", List.of("/static/**"), "/static/**"),
                new RouteCriticality(TestConfig.of(settings).limit().criticality()));
    }
}
