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
import io.loadline.startup.StageOutcome;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.vertx.http.deployment.RequireVirtualHttpBuildItem;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where requests come from within the process, as in functions, nobody tells that a server listens. */
class VirtualServerTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Stage.class))
            .addBuildChainCustomizer(VirtualServerTest::requireVirtualServer)
            .overrideConfigKey("quarkus.loadline.startup.settle", "0s");

    @Inject
    Loadline loadline;

    private static void requireVirtualServer(BuildChainBuilder chain) {
        chain.addBuildStep(context -> context.produce(RequireVirtualHttpBuildItem.ALWAYS_VIRTUAL))
                .produces(RequireVirtualHttpBuildItem.class)
                .build();
    }

    @Test
    void stages_beginWithTheApplication() {
        await().until(() -> loadline.availability().state() == ServiceState.READY);
        assertThat(loadline.startup().report().stages())
                .extracting(stage -> stage.outcome())
                .containsExactly(StageOutcome.DONE);
    }

    static class Stage {
        @DeferredStartup
        void run() {}
    }
}
