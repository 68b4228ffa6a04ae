/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire.Answer;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The limit and the quotas: who is refused, with what, and who never is. */
interface Refusing extends Scenes {

    @Shows(Behaviour.REFUSED_AT_THE_LIMIT)
    default void request_beyondTheLimit_getsAProblem() throws Exception {
        assertRefusal(crowd().refused(), 503, "limit");
        assertThat(crowd().refused().header("retry-after")).isEqualTo("1");
    }

    @Shows(Behaviour.REFUSED_HEAD)
    default void head_beyondTheLimit_hasNoBody() throws Exception {
        assertThat(crowd().refusedHead().status()).isEqualTo(503);
        assertThat(crowd().refusedHead().header("retry-after")).isEqualTo("1");
        assertThat(crowd().bodyless()).isTrue();
    }

    @Shows(Behaviour.REFUSED_WITH_REPORT)
    default void refusal_hasALoadReport() throws Exception {
        assertThat(crowd().refusedWithReport().status()).isEqualTo(503);
        assertThat(crowd().refusedWithReport().header(LoadReports.REPORT)).matches(LoadReports.LIST);
    }

    @Shows(Behaviour.NEVER_REFUSED)
    default void probesReadsAndScrapes_beyondTheLimit_areServed() throws Exception {
        assertThat(crowd().untouched())
                .allSatisfy((path, answer) -> assertThat(answer.status()).isEqualTo(200));
    }

    @Shows(Behaviour.ADMITTED_FINISH)
    default void admitted_areServed_andTheirPlacesAreFreeAfterwards() throws Exception {
        assertThat(crowd().served()).extracting(Answer::status).containsOnly(200);
        assertThat(crowd().next().status()).isEqualTo(200);
    }

    @Shows(Behaviour.COUNTED)
    default void results_areCountedByRoute() throws Exception {
        assertThat(crowd().refused().status()).isEqualTo(503);
        assertThat(service().get("/orders/1", Hints.EXPIRED).status()).isEqualTo(503);
        String route = "route=\"GET /orders/{id}\"";
        Service.soon().untilAsserted(() -> {
            Set<String> counted = new TreeSet<>();
            service()
                    .metrics()
                    .lines()
                    .filter(line -> line.startsWith("loadline_requests_total{") && line.contains(route))
                    .filter(line -> !line.endsWith(" 0.0"))
                    .forEach(line -> counted.add(line.replaceAll(".*result=\"(\\w+)\".*", "$1")));
            assertThat(counted).contains("succeeded", "shed", "expired");
        });
        assertThat(service().status().at("/shed").asInt()).isPositive();
    }

    @Shows(Behaviour.ROUTES_BOUNDED)
    default void madeUpPaths_areNoRoutes() {
        for (int i = 0; i < 20; i++) {
            assertThat(service().get("/made-up/" + i).status()).isEqualTo(404);
        }
        service().get("/orders/12345678");
        assertThat(service().metrics().lines().filter(line -> line.startsWith("loadline_")))
                .noneMatch(line -> line.contains("made-up") || line.contains("12345678"));
    }

    @Shows(Behaviour.QUOTA)
    default void client_overItsQuota_isTold429WhileOthersAreServed() {
        for (int i = 0; i < Service.QUOTA; i++) {
            assertThat(service().get("/orders/1", "X-Api-Key: a").status()).isEqualTo(200);
        }
        Answer refused = service().get("/orders/1", "X-Api-Key: a", LoadReports.ASK_TEXT);

        assertRefusal(refused, 429, "quota");
        assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 60);
        assertThat(refused.header(LoadReports.REPORT)).matches(LoadReports.LIST);
        assertThat(service().get("/orders/1", "X-Api-Key: b").status()).isEqualTo(200);
        assertThat(service().get("/orders/1").status()).as("who has no key").isEqualTo(200);
        assertThat(service().get("/livez", "X-Api-Key: a").status())
                .as("a probe")
                .isEqualTo(200);
        assertThat(service().status().at("/quotas/0/refused").asInt()).isPositive();
    }

    @Shows(Behaviour.ROUTE_QUOTA)
    default void client_overTheQuotaOfARoute_isTold429ThereOnly() {
        assertThat(service().get("/burn?ms=1", "X-Api-Key: c").status()).isEqualTo(200);
        assertRefusal(service().get("/burn?ms=1", "X-Api-Key: c"), 429, "quota");
        assertThat(service().get("/orders/1", "X-Api-Key: c").status()).isEqualTo(200);
        assertThat(service()
                        .status()
                        .at("/quotas/0/routes")
                        .get("GET /burn")
                        .at("/refused")
                        .asInt())
                .isPositive();
    }

    private static void assertRefusal(Answer answer, int status, String reason) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        JsonNode problem = Service.json(answer);
        assertThat(problem.propertyNames()).containsExactlyInAnyOrder("type", "title", "status", "detail", "reason");
        assertThat(problem.at("/type").asString()).isEqualTo("about:blank");
        assertThat(problem.at("/status").asInt()).isEqualTo(status);
        assertThat(problem.at("/reason").asString()).isEqualTo(reason);
    }
}
