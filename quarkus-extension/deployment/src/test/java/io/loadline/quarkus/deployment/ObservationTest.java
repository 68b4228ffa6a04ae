/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.testing.Wire;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a request is told where an observation of it is under way: Quarkus makes none. */
class ObservationTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, Observations.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1")
            .overrideConfigKey("quarkus.loadline.guard.quota.limit", "1")
            .overrideConfigKey("quarkus.loadline.guard.quota.period", "1h")
            .overrideConfigKey("quarkus.loadline.guard.quota.key", "header:X-Api-Key")
            .overrideConfigKey("quarkus.loadline.guard.quota.missing-keys", "admit");

    @Inject
    Loadline loadline;

    @Inject
    Observations observations;

    @TestHTTPResource
    URL url;

    @Test
    void request_thatIsRefused_isToldToItsObservation() {
        try (Held held = new Held(loadline, url.getPort(), "/held")) {
            assertThat(Wire.get(url.getPort(), "/orders/1").status()).isEqualTo(503);
            assertThat(observations.events).containsExactly("loadline.shed");
        }
        observations.events.clear();

        assertThat(Wire.get(url.getPort(), "/orders/1", "X-Api-Key: a").status())
                .isEqualTo(200);
        assertThat(Wire.get(url.getPort(), "/orders/1", "X-Api-Key: a").status())
                .isEqualTo(429);
        assertThat(observations.events).containsExactly("loadline.quota.refused");
    }

    @Singleton
    static class Observations implements ObservationHandler<Observation.Context> {
        final List<String> events = new CopyOnWriteArrayList<>();

        @Produces
        @Singleton
        ObservationRegistry registry() {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(this);
            return registry;
        }

        void register(@Observes Filters filters, ObservationRegistry registry) {
            filters.register(
                    request -> {
                        Observation observation = Observation.start("request", registry);
                        try (Observation.Scope scope = observation.openScope()) {
                            request.next();
                        }
                    },
                    300);
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            events.add(event.getName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context.getName().equals("request");
        }
    }
}
