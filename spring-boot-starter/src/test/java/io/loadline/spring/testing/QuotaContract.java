/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.guard.Quota;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimiterStats;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds on every server for a service with quotas of two requests an hour. */
public abstract class QuotaContract {
    private static final String HOURLY = "loadline.guard.quota.period=1h";
    private static final String TWO = "loadline.guard.quota.limit=2";
    private static final String BY_HEADER = "loadline.guard.quota.key=header:X-Api-Key";

    private final Server server;
    private final Class<?> application;

    /** Its application takes the name in the header X-User for the user, where security would. */
    protected QuotaContract(Server server, Class<?> application) {
        this.server = server;
        this.application = application;
    }

    @Test
    void client_beyondItsQuota_isRefusedBeforeTheLimiter() {
        try (Service service = start(
                BY_HEADER,
                "loadline.limit.exclude=/static/**",
                "loadline.guard.quota.classes.gold.limit=3",
                "loadline.guard.quota.classes.gold.clients=goldie")) {
            LimiterStats before = service.stats();
            assertThat(served(service, 4, "X-Api-Key: anna")).isEqualTo(2);
            assertThat(served(service, 4, "X-Api-Key: ben")).isEqualTo(2);
            assertThat(served(service, 4, "X-Api-Key: goldie")).isEqualTo(3);
            assertThat(served(service, 4)).as("without a key").isEqualTo(2);

            Answer refused = Wire.get(service.port(), "/orders/1", "X-Api-Key: anna");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(3_000, 3_600);
            JsonNode problem = new JsonMapper().readTree(refused.body());
            assertThat(problem.get("status").intValue()).isEqualTo(429);
            assertThat(problem.get("reason").stringValue()).isEqualTo("quota");
            try (Wire wire = new Wire(service.port())) {
                Answer head = wire.send("HEAD", "/orders/1", "X-Api-Key: anna").read("HEAD");
                assertThat(head.status()).isEqualTo(429);
                assertThat(wire.get("/livez", "X-Api-Key: anna").status()).isEqualTo(200);
                assertThat(wire.get("/static/a", "X-Api-Key: anna").status()).isEqualTo(200);
            }
            service.awaitEnded(before, new LimiterStats(9, 0, 0, 0, 0, 0));
            assertThat(service.bean(MeterRegistry.class)
                            .get("loadline.quota.requests")
                            .tags("quota", "http", "result", "refused")
                            .functionCounter()
                            .count())
                    .isEqualTo(9);

            service.bean(Quota.class).change(now -> now.limit(4, Duration.ofHours(1)));
            assertThat(served(service, 4, "X-Api-Key: anna")).isEqualTo(2);
            service.bean(Quota.class).change(now -> now.enforcement(Enforcement.SHADOW));
            assertThat(served(service, 4, "X-Api-Key: anna")).isEqualTo(4);
        }
    }

    /** Groups are those of the limiter, if they have no routes of their own. */
    @Test
    void route_withALimit_isRefusedAloneAndTheOthersGoOn() {
        try (Service service = start(
                BY_HEADER,
                "loadline.guard.quota.limit=5",
                "loadline.guard.quota.routes.orders.limit=1",
                "loadline.guard.quota.routes.orders.period=2h",
                "loadline.limit.routes.orders.routes[0]=GET /orders/{id}",
                "loadline.limit.routes.orders.cap=5",
                "loadline.guard.quota.routes[GET /static/{name}].limit=2")) {
            assertThat(served(service, 3, "X-Api-Key: anna")).isEqualTo(1);
            Answer refused = Wire.get(service.port(), "/orders/2", "X-Api-Key: anna");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(7_000, 7_200);
            assertThat(served(service, 3, "X-Api-Key: ben")).isEqualTo(1);
            int[] statuses = new int[3];
            for (int i = 0; i < statuses.length; i++) {
                statuses[i] =
                        Wire.get(service.port(), "/static/a", "X-Api-Key: anna").status();
            }
            assertThat(statuses).containsExactly(200, 200, 429);
            assertThat(Wire.get(service.port(), "/upgraded", "X-Api-Key: anna").status())
                    .isEqualTo(200);

            service.loadline().settings().change(Map.of("loadline.guard.quota.routes.orders.limit", "2"), "test");
            assertThat(served(service, 3, "X-Api-Key: anna")).isEqualTo(1);
            assertThat(service.bean(Quota.class).settings().limit().permits()).isEqualTo(5);
        }
    }

    /** Spring's own handling of forwarded headers believes the client; this does not, wherever it runs. */
    @Test
    void spoofedAddress_helpsNobody() {
        try (Service service = start(
                "loadline.guard.quota.trusted-proxies=127.0.0.0/8,::1,10.0.0.0/8",
                "server.forward-headers-strategy=framework")) {
            for (int i = 0; i < 5; i++) {
                String spoofed = "X-Forwarded-For: 203.0.113." + i + ", 198.51.100.1, 10.1.2.3";
                assertThat(served(service, 1, spoofed)).isEqualTo(i < 2 ? 1 : 0);
            }
            assertThat(served(service, 3, "X-Forwarded-For: 198.51.100.2")).isEqualTo(2);
            assertThat(service.bean(Quota.class).stats().clients()).isEqualTo(2);
        }
    }

    @Test
    void untrustedProxy_isTheClient() {
        try (Service service = start("server.forward-headers-strategy=framework")) {
            assertThat(served(service, 1, "X-Forwarded-For: 198.51.100.1")).isEqualTo(1);
            assertThat(served(service, 1, "X-Forwarded-For: 198.51.100.2")).isEqualTo(1);
            assertThat(served(service, 1, "X-Forwarded-For: 198.51.100.3")).isZero();
        }
    }

    @Test
    void principal_isAskedAfterSecurity() {
        try (Service service = start("loadline.guard.quota.key=principal")) {
            assertThat(served(service, 4, "X-User: anna")).isEqualTo(2);
            assertThat(served(service, 4, "X-User: ben")).isEqualTo(2);
            assertThat(service.bean(Quota.class).stats().missingKeys()).isZero();
            assertThat(served(service, 4)).isEqualTo(2);
            assertThat(service.bean(Quota.class).stats().missingKeys()).isEqualTo(4);
        }
    }

    private Service start(String... properties) {
        String[] all = new String[properties.length + 2];
        all[0] = TWO;
        all[1] = HOURLY;
        System.arraycopy(properties, 0, all, 2, properties.length);
        return Service.start(application, server, all);
    }

    /** How many of so many requests got an answer; all others got 429. */
    private static int served(Service service, int requests, String... headers) {
        int served = 0;
        for (int i = 0; i < requests; i++) {
            int status = Wire.get(service.port(), "/orders/1", headers).status();
            assertThat(status).isIn(200, 429);
            served += status == 200 ? 1 : 0;
        }
        return served;
    }
}
