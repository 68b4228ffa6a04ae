/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import io.loadline.startup.WarmUp;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CollectedRoutesTest {
    private final ConcurrencyLimiter limiter =
            ConcurrencyLimiter.builder("test").build();

    @ParameterizedTest
    @CsvSource({
        "ELB-HealthChecker/2.0, true",
        "Monitor, true",
        "Monitoring/1, true",
        "My Monitor, false",
        "elb-healthchecker/2.0, false",
        "'', false",
        ", false"
    })
    void userAgent_thatBeginsSo_passesUntouched(String userAgent, boolean untouched) {
        CollectedRoutes routes = routes("ELB-HealthChecker/", "Monitor");
        assertThat(routes.match("GET", "/", header -> header.equals("User-Agent") ? userAgent : null) == null)
                .isEqualTo(untouched);
    }

    /** Services that other tests run in this JVM leave the levels that they set. */
    @BeforeEach
    void warnsAreLogged() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel(CollectedRoutes.class.getName(), LogLevel.WARN);
    }

    @Test
    void userAgent_thatIsBlank_isRefused() {
        assertThatThrownBy(() -> routes("Monitor", " "))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("loadline.limit.exclude-user-agents");
    }

    @Test
    void limitsOfUnknownRoutes_areToldOnceWithThoseThatThereAre(CapturedOutput output) {
        RouteContributor orders =
                table -> table.route(List.of("GET"), "/orders/{id}").route(List.of(), "/any");
        StaticListableBeanFactory beans = new StaticListableBeanFactory(Map.of("orders", orders));
        CollectedRoutes routes = new CollectedRoutes(
                        limiter,
                        beans.getBeanProvider(RouteContributor.class),
                        List.of(),
                        List.of(),
                        RouteCriticality.builder().build(),
                        beans.getBeanProvider(WarmUp.class))
                .limited(Set.of("GET /orders/{id}", "GET /order/{id}", "other"));
        routes.afterSingletonsInstantiated();
        assertThat(output)
                .contains("settings for [GET /order/{id}], which no handler has")
                .contains("The routes are [/any, GET /orders/{id}, other]");
        assertThat(limiter.routes()).extracting(Route::name).containsExactly("other", "GET /orders/{id}");
    }

    private CollectedRoutes routes(String... excludedUserAgents) {
        StaticListableBeanFactory none = new StaticListableBeanFactory(Map.of());
        return new CollectedRoutes(
                limiter,
                none.getBeanProvider(RouteContributor.class),
                List.of(),
                List.of(excludedUserAgents),
                RouteCriticality.builder().build(),
                none.getBeanProvider(WarmUp.class));
    }
}
