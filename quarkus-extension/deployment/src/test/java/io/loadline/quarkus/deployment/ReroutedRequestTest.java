/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request that is rerouted to where Loadline has no filter: Vert.x forgets who listens to its end. */
class ReroutedRequestTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Routes.class, Held.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.http.root-path", "/app");

    @Inject
    Loadline loadline;

    @TestHTTPResource("/old")
    URL url;

    @Test
    void request_reroutedOutOfTheApplication_keepsNoPlace() throws Exception {
        // Its connections stay open, and nothing more is asked for on them.
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url.toString())).build();

        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(404);

        Held.awaitCounted(loadline);
        assertThat(loadline.limiter().inFlight()).isZero();
        assertThat(loadline.limiter().stats().completed()).isOne();
    }

    static class Routes {
        void lay(@Observes Router router) {
            Object unused = router.get("/old").handler(request -> request.reroute("/elsewhere"));
        }
    }
}
