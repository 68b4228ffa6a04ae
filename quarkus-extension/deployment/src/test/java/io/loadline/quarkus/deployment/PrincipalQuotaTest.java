/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire;
import io.quarkus.security.credential.Credential;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URL;
import java.security.Permission;
import java.security.Principal;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients are told by who they are where nobody has asked yet, as without proactive authentication. */
class PrincipalQuotaTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Security.class, Named.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.guard.quota.limit", "2")
            .overrideConfigKey("quarkus.loadline.guard.quota.period", "1h")
            .overrideConfigKey("quarkus.loadline.guard.quota.key", "principal")
            .overrideConfigKey("quarkus.loadline.guard.quota.missing-keys", "admit");

    @TestHTTPResource
    URL url;

    @Test
    void client_isWhomSecurityKnowsWhenItIsAsked() {
        assertThat(get("/orders/1", "a")).isEqualTo(200);
        assertThat(get("/orders/1", "a")).isEqualTo(200);
        assertThat(get("/orders/1", "a")).isEqualTo(429);
        assertThat(get("/orders/1", "b")).isEqualTo(200);
    }

    @Test
    void client_thatIsNotBelieved_isNobody() {
        assertThat(get("/orders/1", "forged")).isEqualTo(200);
        assertThat(get("/orders/1", "forged")).isEqualTo(200);
        assertThat(get("/orders/1", "forged")).isEqualTo(200);
    }

    @Test
    void body_isThereWhenSecurityHasBeenAsked() {
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("POST", "/orders", "User: c", "Content-Type: text/plain", "Content-Length: 1000")
                    .raw("x".repeat(1000));
            assertThat(wire.read("POST").body()).isEqualTo("added 1000");
        }
    }

    @Test
    void request_thatIsRerouted_paysOnce() {
        assertThat(get("/old", "d")).isEqualTo(200);
        assertThat(get("/old", "d")).isEqualTo(200);
        assertThat(get("/old", "d")).isEqualTo(429);
    }

    private int get(String path, String user) {
        return Wire.get(url.getPort(), path, "User: " + user).status();
    }

    @Singleton
    static class Security {
        void register(@Observes Filters filters) {
            filters.register(
                    request -> {
                        String user = request.request().getHeader("User");
                        Uni<SecurityIdentity> later = user.equals("forged")
                                ? Uni.createFrom().failure(new SecurityException("on purpose"))
                                : Uni.createFrom().item(new Named(user));
                        request.put(
                                QuarkusHttpUser.DEFERRED_IDENTITY_KEY,
                                later.emitOn(Infrastructure.getDefaultWorkerPool())
                                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()));
                        request.next();
                    },
                    200);
        }

        void register(@Observes Router router) {
            Object unused = router.get("/old").handler(request -> request.reroute("/orders/1"));
        }
    }

    record Named(String name) implements SecurityIdentity {
        @Override
        public Principal getPrincipal() {
            return () -> name;
        }

        @Override
        public boolean isAnonymous() {
            return false;
        }

        @Override
        public Set<String> getRoles() {
            return Set.of();
        }

        @Override
        public boolean hasRole(String role) {
            return false;
        }

        @Override
        public Set<Permission> getPermissions() {
            return Set.of();
        }

        @Override
        public <T extends Credential> T getCredential(Class<T> type) {
            return null;
        }

        @Override
        public Set<Credential> getCredentials() {
            return Set.of();
        }

        @Override
        public <T> T getAttribute(String attribute) {
            return null;
        }

        @Override
        public Map<String, Object> getAttributes() {
            return Map.of();
        }

        @Override
        public Uni<Boolean> checkPermission(Permission permission) {
            return Uni.createFrom().item(false);
        }
    }
}
