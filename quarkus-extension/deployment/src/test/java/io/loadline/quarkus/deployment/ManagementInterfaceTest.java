/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where there is a management interface it serves the reads, and its requests are never limited. */
class ManagementInterfaceTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.http.root-path", "/shop")
            .overrideConfigKey("quarkus.management.enabled", "true")
            .overrideConfigKey("quarkus.management.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @TestHTTPResource(value = "/loadline", management = true)
    URL management;

    @ParameterizedTest
    @ValueSource(strings = {"/loadline", "/loadline/load", "/loadline/advice.yaml", "/q/health", "/q/metrics"})
    void read_onTheManagementInterface_isNotLimited(String path) {
        try (Held held = new Held(loadline, url.getPort(), "/shop/held")) {
            assertThat(Wire.get(management.getPort(), path).status()).isEqualTo(200);
            assertThat(held.since()).isEqualTo(LimiterStats.ZERO);
        }
    }

    @Test
    void reads_areNotOnTheServer() {
        assertThat(Wire.get(url.getPort(), "/loadline").status()).isEqualTo(404);
    }

    @Test
    void route_hasTheRootPath() {
        assertThat(Wire.get(url.getPort(), "/shop/orders/1").status()).isEqualTo(200);
        assertThat(loadline.limiter().routes().toString()).contains("GET /shop/orders/{id}");
    }
}
