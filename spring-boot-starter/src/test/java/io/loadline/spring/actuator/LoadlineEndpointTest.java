/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.config.SettingsAuthorization;
import io.loadline.config.SettingsAuthorization.Decision;
import io.loadline.limit.Enforcement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Whoever was named to change settings is asked by the actuator, too. */
class LoadlineEndpointTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path temp;

    private Loadline loadline;

    @AfterEach
    void close() {
        loadline.close();
    }

    @Test
    void change_whereATokenWasSet_needsIt() throws Exception {
        writers(SettingsAuthorization.bearer(Files.writeString(temp.resolve("token"), TOKEN)));

        assertThat(change(null).getStatus()).isEqualTo(401);
        assertThat(change("Bearer 0123456789abcdeX").getStatus()).isEqualTo(401);
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(change("Bearer " + TOKEN).getStatus()).isEqualTo(200);
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(loadline.settings().history().get(0).who()).isEqualTo("bearer of the token: a try");
    }

    @Test
    void change_byWhoMayNot_isForbidden() {
        writers(header -> Decision.forbidden("bob"));

        WebEndpointResponse<String> refused = change("Basic Ym9i");

        assertThat(refused.getStatus()).isEqualTo(403);
        assertThat(refused.getBody()).contains("bob may not change settings");
    }

    @Test
    void change_whereWhoIsAskedFails_isRefused() {
        writers(header -> {
            throw new StackOverflowError("a test's");
        });

        assertThat(change("Bearer " + TOKEN).getStatus()).isEqualTo(401);
    }

    private void writers(SettingsAuthorization writers) {
        loadline = Loadline.builder("test")
                .settings(settings -> settings.environment(Map.of()).writable(writers))
                .build();
    }

    private WebEndpointResponse<String> change(@Nullable String authorization) {
        WebEndpointResponse<String> answer = new LoadlineEndpoint(loadline, true)
                .change(
                        "settings",
                        "loadline.limit.enforcement=off",
                        null,
                        "a try",
                        authorization,
                        SecurityContext.NONE);
        assertThat(answer).isNotNull();
        return answer;
    }
}
