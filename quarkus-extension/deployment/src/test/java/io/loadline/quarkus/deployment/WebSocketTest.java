/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** WebSockets count as streams, and never hold a drain as calls would. */
class WebSocketTest {
    private static final String SWITCHED_OFF = "vertx.disableWebsockets";
    private static final String[] UPGRADE = {
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, Sockets.class))
            // Quarkus has them only if one of its extensions for them is there.
            .setBeforeAllCustomizer(() -> System.setProperty(SWITCHED_OFF, "false"))
            .setAfterAllCustomizer(() -> System.clearProperty(SWITCHED_OFF))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.max-streams", "1")
            .overrideConfigKey("quarkus.loadline.drain.farewell", "500ms");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @Test
    void webSockets_beyondTheirBound_areRefusedOrCountAllTheSame() {
        try (Wire one = new Wire(url.getPort());
                Wire other = new Wire(url.getPort());
                Wire late = new Wire(url.getPort())) {
            // Both are asked for while there is room.
            one.send("GET", "/socket?gate=one", UPGRADE);
            other.send("GET", "/socket?gate=other", UPGRADE);
            Gate.of("one").awaitArrival();
            Gate.of("other").awaitArrival();
            assertThat(loadline.limiter().inFlight()).isEqualTo(2);

            Gate.of("one").open();
            Gate.of("other").open();
            assertThat(one.readHead().status()).isEqualTo(101);
            assertThat(other.readHead().status()).isEqualTo(101);
            await().until(() -> loadline.drain().longLived().count() == 2);
            assertThat(loadline.limiter().inFlight()).isZero();

            late.send("GET", "/socket?gate=late", UPGRADE);
            assertThat(late.read("GET").status()).isEqualTo(503);
            assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(200);

            assertThat(loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Singleton
    static class Sockets {
        void register(@Observes Router router) {
            Object unused = router.get("/socket").handler(Sockets::upgradeLater);
        }

        private static void upgradeLater(RoutingContext request) {
            Context loop = request.vertx().getOrCreateContext();
            Object unused = Gate.of(request.queryParam("gate").get(0))
                    .opened()
                    .thenRun(() -> loop.runOnContext(
                            open -> request.request().toWebSocket().onFailure(request::fail)));
        }
    }
}
