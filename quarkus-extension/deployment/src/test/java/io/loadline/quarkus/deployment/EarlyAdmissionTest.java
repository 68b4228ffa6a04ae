/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.vertx.http.deployment.RequireBodyHandlerBuildItem;
import jakarta.inject.Inject;
import java.net.URL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where all bodies are read before anything else, those of requests that are refused are not. */
class EarlyAdmissionTest {
    private static final String ORIGIN = "Origin: https://shop.example";

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class))
            .addBuildChainCustomizer(EarlyAdmissionTest::requireBodyHandler)
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.http.cors.enabled", "true")
            .overrideConfigKey("quarkus.http.cors.origins", "https://shop.example")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    private static void requireBodyHandler(BuildChainBuilder chain) {
        chain.addBuildStep(context -> context.produce(new RequireBodyHandlerBuildItem()))
                .produces(RequireBodyHandlerBuildItem.class)
                .build();
    }

    @AfterEach
    void awaitCounted() {
        Held.awaitCounted(loadline);
    }

    @Test
    void request_thatIsRefused_needNotSendItsBody() {
        try (Held held = new Held(loadline, url.getPort(), "/held");
                Wire wire = new Wire(url.getPort())) {
            wire.send("POST", "/orders", ORIGIN, "Content-Type: text/plain", "Content-Length: 50000")
                    .raw("x");
            Answer refused = wire.read("POST");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("access-control-allow-origin")).isEqualTo("https://shop.example");
            assertThat(held.since().shed()).isOne();
        }
    }

    @Test
    void request_thatIsAdmitted_isServedWithItsBody() {
        LimiterStats before = loadline.limiter().stats();
        try (Wire wire = new Wire(url.getPort())) {
            for (int i = 0; i < 2; i++) {
                wire.send("POST", "/orders", ORIGIN, "Content-Type: text/plain", "Content-Length: 50000")
                        .raw("x".repeat(50_000));
                Answer answer = wire.read("POST");
                assertThat(answer.body()).isEqualTo("added 50000");
                assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://shop.example");
                Held.awaitCounted(loadline);
            }
        }
        assertThat(loadline.limiter().stats().minus(before).succeeded()).isEqualTo(2);
    }
}
