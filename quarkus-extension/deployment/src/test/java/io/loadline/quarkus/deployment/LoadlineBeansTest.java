/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.Quota;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.quarkus.DrainBuilderCustomizer;
import io.loadline.quarkus.LimiterBuilderCustomizer;
import io.loadline.signal.LoadSignal;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an application finds, and may say itself. */
class LoadlineBeansTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, Application.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.name", "checkout")
            .overrideConfigKey("quarkus.loadline.drain.deadline", "7s")
            .overrideConfigKey("quarkus.loadline.limit.waiting.max-wait", "5s")
            .overrideConfigKey("quarkus.loadline.limit.waiting.max-waiters", "2")
            .overrideConfigKey("quarkus.loadline.limit.routes.\"GET /orders/{id}\".share", "0.25")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.ledger.concurrency", "3")
            .overrideConfigKey("quarkus.loadline.guard.degradation.features.tips.off-above", "0.9")
            .overrideConfigKey("quarkus.loadline.guard.quota.limit", "2")
            .overrideConfigKey("quarkus.loadline.guard.quota.period", "1h")
            .overrideConfigKey("quarkus.loadline.guard.quota.key", "header:X-Api-Key")
            .overrideConfigKey("quarkus.loadline.guard.quota.missing-keys", "admit");

    @Inject
    Loadline loadline;

    @Inject
    ConcurrencyLimiter limiter;

    @Inject
    LoadSignal signal;

    @Inject
    DrainCoordinator drain;

    @Inject
    Availability availability;

    @Inject
    Degradation degradation;

    @Inject
    DependencyGuards guards;

    @TestHTTPResource
    URL url;

    @Test
    void parts_areThoseOfTheOneLoadline() {
        assertThat(limiter).isSameAs(loadline.limiter());
        assertThat(signal).isSameAs(loadline.signal());
        assertThat(drain).isSameAs(loadline.drain());
        assertThat(availability).isSameAs(loadline.availability());
        assertThat(degradation).isSameAs(loadline.degradation());
        assertThat(guards).isSameAs(loadline.guards());
    }

    @Test
    void settings_reachTheirParts() {
        assertThat(loadline.name()).isEqualTo("checkout");
        assertThat(drain.times().deadline()).isEqualTo(Duration.ofSeconds(7));
        assertThat(limiter.limits().get("GET /orders/{id}").share()).isEqualTo(0.25);
        assertThat(guards.guards()).extracting(guard -> guard.name()).contains("ledger");
        assertThat(degradation.settings().features()).containsKey("tips");
    }

    @Test
    void customizers_comeAfterSettings() {
        assertThat(limiter.limit()).isEqualTo(1);
        assertThat(drain.times().quiet()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void quota_refusesWhatAClientHasTooMuch() {
        String key = "X-Api-Key: a";
        assertThat(Wire.get(url.getPort(), "/orders/1", key).status()).isEqualTo(200);
        assertThat(Wire.get(url.getPort(), "/orders/1", key).status()).isEqualTo(200);
        Wire.Answer refused = Wire.get(url.getPort(), "/orders/1", key);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
        assertThat(refused.body()).contains("\"quota\"");
        assertThat(Integer.parseInt(refused.header("retry-after"))).isPositive();
        assertThat(Wire.get(url.getPort(), "/orders/1", "X-Api-Key: b").status())
                .isEqualTo(200);
        assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(200);
    }

    @Test
    void request_beyondTheLimit_waitsForItsTurnWithItsBody() {
        String body = "x".repeat(10_000);
        try (Held held = new Held(loadline, url.getPort(), "/held-uni");
                Wire gone = new Wire(url.getPort());
                Wire waiting = new Wire(url.getPort())) {
            waiting.send("POST", "/orders", "Content-Type: text/plain", "Content-Length: " + body.length())
                    .raw(body);
            await().until(() -> limiter.waiting().waiting() == 1);
            gone.send("GET", "/orders/1");
            await().until(() -> limiter.waiting().waiting() == 2);
            gone.abort();
            await().until(() -> limiter.waiting().waiting() == 1);
            assertThat(held.finish().body()).isEqualTo("opened");
            assertThat(waiting.read("POST").body()).isEqualTo("added 10000");
        }
        assertThat(limiter.inFlight()).isZero();
    }

    @Singleton
    static class Application {
        @Produces
        @Singleton
        LimiterBuilderCustomizer one() {
            return builder -> builder.algorithm(() -> FixedLimit.of(1));
        }

        @Produces
        @Singleton
        DrainBuilderCustomizer quick() {
            return builder -> builder.quiet(Duration.ofMillis(300));
        }

        @Produces
        @Singleton
        Quota ofPartners() {
            return Quota.builder("partners").limit(5, Duration.ofSeconds(1)).build();
        }
    }
}
