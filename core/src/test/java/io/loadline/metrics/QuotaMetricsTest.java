/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.time.ManualTicker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuotaMetricsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void meters_tellWhatWasDecided() {
        Quota quota = Quota.builder("api")
                .limit(2, SECOND)
                .newcomers(1, SECOND)
                .maxClients(1)
                .ticker(new ManualTicker())
                .build();
        QuotaMetrics metrics = new QuotaMetrics(quota);
        metrics.bindTo(registry);
        ask(quota, "a", 5);
        ask(quota, "b", 5);
        ask(quota, null, 1);
        quota.change(now -> now.enforcement(Enforcement.SHADOW));
        ask(quota, "a", 4);

        assertThat(requests("allowed")).isEqualTo(2 + 1 + 1);
        assertThat(requests("refused")).isEqualTo(3);
        assertThat(requests("crowded")).isEqualTo(4);
        assertThat(requests("shadowed")).isEqualTo(4);
        assertThat(registry.get("loadline.quota.clients")
                        .tag("quota", "api")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("loadline.quota.newcomers").gauge().value()).isEqualTo(1);
        assertThat(registry.get("loadline.quota.keys.missing").functionCounter().count())
                .isEqualTo(1);
        assertThat(registry.get("loadline.quota.evicted").functionCounter().count())
                .isZero();
    }

    @Test
    void route_withALimit_hasCountersFromWhenItHasOne() {
        Quota quota = Quota.builder("api")
                .limit(100, SECOND)
                .route("GET /report", 1, SECOND)
                .ticker(new ManualTicker())
                .build();
        ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test").build();
        QuotaMetrics metrics = new QuotaMetrics(quota);
        Set<String> known = new HashSet<>();
        assertThat(metrics.registerRoutes(registry, known)).hasSize(2);
        assertThat(metrics.registerRoutes(registry, known)).isEmpty();
        quota.change(now -> now.route("GET /search", 2, SECOND));
        assertThat(metrics.registerRoutes(registry, known)).hasSize(2);
        for (int i = 0; i < 5; i++) {
            QuotaDecision unused = quota.tryAcquireOn(limiter.route("GET /report"), "a", 1);
            unused = quota.tryAcquireOn(limiter.route("GET /search"), "a", 1);
        }
        quota.change(now -> now.enforcement(Enforcement.SHADOW));
        QuotaDecision unused = quota.tryAcquireOn(limiter.route("GET /report"), "a", 1);

        assertThat(requests("GET /report", "refused")).isEqualTo(4);
        assertThat(requests("GET /report", "shadowed")).isEqualTo(1);
        assertThat(requests("GET /search", "refused")).isEqualTo(3);
        quota.change(now -> now.routes(Map.of()));
        assertThat(requests("GET /report", "refused"))
                .as("of a route without a limit")
                .isZero();
    }

    private double requests(String route, String result) {
        return registry.get("loadline.quota.route.requests")
                .tags("quota", "api", "route", route, "result", result)
                .functionCounter()
                .count();
    }

    private double requests(String result) {
        return registry.get("loadline.quota.requests")
                .tags("quota", "api", "result", result)
                .functionCounter()
                .count();
    }

    private static void ask(Quota quota, String key, int requests) {
        for (int i = 0; i < requests; i++) {
            QuotaDecision unused = quota.tryAcquire(key);
        }
    }
}
