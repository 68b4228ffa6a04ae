/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageOutcome;
import io.loadline.startup.StartupStage;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Stages run when the server listens, and readiness waits for those that matter. */
class StartupStagesTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Catalog.class, Stages.class, Indexes.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("catalog.rows", "4MB")
            .overrideConfigKey("quarkus.loadline.startup.settle", "0s")
            .overrideConfigKey("quarkus.loadline.startup.gate.max-wait", "0s")
            .overrideConfigKey("quarkus.loadline.startup.warm-up.paths", "/orders/1")
            .overrideConfigKey("quarkus.loadline.startup.warm-up.max-calls", "3");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @Test
    void readiness_waitsForStagesWhileTheServerListens() {
        Gate.of("catalog").awaitArrival();
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.WARMING);
        assertThat(Wire.get(url.getPort(), "/q/health/ready").status()).isEqualTo(503);
        assertThat(Wire.get(url.getPort(), "/q/health/started").status()).isEqualTo(200);
        assertThat(Wire.get(url.getPort(), "/q/health/live").status()).isEqualTo(200);

        Gate.of("catalog").open();

        await().untilAsserted(() ->
                assertThat(Wire.get(url.getPort(), "/q/health/ready").status()).isEqualTo(200));
        assertThat(loadline.startup().report().stages())
                .extracting(stage -> stage.name() + " " + stage.outcome())
                .containsExactly(
                        "catalog " + StageOutcome.DONE,
                        "indexes.build " + StageOutcome.DONE,
                        "produced " + StageOutcome.DONE,
                        "warm-up " + StageOutcome.DONE);
        // Calls of the warm-up are no load.
        assertThat(loadline.limiter().stats().completed()).isZero();
    }

    @ApplicationScoped
    static class Catalog {
        @DeferredStartup(name = "catalog", estimate = "${catalog.rows}", timeout = "${catalog.patience:30s}")
        void read(StageContext stage) {
            stage.checkpoint();
            Gate.of("catalog").pass();
        }
    }

    /** Without a scope of its own. */
    static class Stages {
        @Produces
        @Singleton
        StartupStage produced() {
            return StartupStage.builder("produced", context -> {})
                    .dependsOn("indexes.build")
                    .build();
        }
    }

    @jakarta.inject.Named("indexes")
    static class Indexes {
        @DeferredStartup(after = "catalog")
        void build() {}
    }
}
