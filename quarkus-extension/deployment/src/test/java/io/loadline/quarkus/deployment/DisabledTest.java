/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.limit.LimiterStats;
import io.loadline.startup.DeferredStartup;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A service without Loadline is as it would be without it, and has its data all the same. */
class DisabledTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Shop.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.loadline.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.loadline.limit.max", "0");

    @Inject
    Loadline loadline;

    @Inject
    Shop shop;

    @TestHTTPResource
    URL url;

    @Test
    void requests_areNotLookedAt() {
        assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(200);
        assertThat(loadline.limiter().stats()).isEqualTo(LimiterStats.ZERO);
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STARTING);
    }

    @Test
    void reads_areNotServed() {
        assertThat(Wire.get(url.getPort(), "/loadline").status()).isEqualTo(404);
        assertThat(Wire.get(url.getPort(), "/q/metrics").body()).doesNotContain("loadline_");
    }

    @Test
    void health_isUp() {
        assertThat(Wire.get(url.getPort(), "/q/health").status()).isEqualTo(200);
    }

    @Test
    void stages_ranWhileTheApplicationStarted() {
        assertThat(shop.ran).containsExactly("schema", "prices");
    }

    @Singleton
    static class Shop {
        final List<String> ran = new CopyOnWriteArrayList<>();

        @DeferredStartup(name = "prices", after = "schema")
        void prices() {
            ran.add("prices");
        }

        @DeferredStartup(name = "schema")
        void schema() {
            ran.add("schema");
        }
    }
}
