/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request that has waited for its turn has its body still when security has asked somebody else. */
class AwaitedBodyTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, Security.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1")
            .overrideConfigKey("quarkus.loadline.limit.waiting.max-wait", "20s");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @Test
    void body_ofARequestThatHasWaited_comesAfterSecurity() {
        String body = "x".repeat(10_000);
        try (Held held = new Held(loadline, url.getPort(), "/held-uni");
                Wire waiting = new Wire(url.getPort())) {
            waiting.send("POST", "/orders", "Content-Type: text/plain", "Content-Length: " + body.length())
                    .raw(body);
            await().until(() -> loadline.limiter().waiting().waiting() == 1);

            assertThat(held.finish().body()).isEqualTo("opened");
            Gate.of("security").awaitArrival();
            Gate.of("security").open();

            assertThat(waiting.read("POST").body()).isEqualTo("added 10000");
        }
    }

    /** Answers later, as one that asks a service. */
    @Singleton
    static class Security {
        void register(@Observes Filters filters) {
            filters.register(
                    request -> {
                        if (!request.request().method().name().equals("POST")) {
                            request.next();
                            return;
                        }
                        Context loop = request.vertx().getOrCreateContext();
                        Object unused = Gate.of("security")
                                .opened()
                                .thenRun(() -> loop.runOnContext(answered -> request.next()));
                    },
                    200);
        }
    }
}
