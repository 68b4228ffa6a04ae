/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing of Loadline is left when the application could not start. */
class FailedStartTest {
    private static final String HEARTBEAT = "loadline";

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Broken.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .assertException(failure -> {
                assertThat(failure).hasStackTraceContaining("on purpose, with a heartbeat: true");
                await().until(() -> !isBeating());
            });

    @Test
    void start_fails() {
        throw new AssertionError("it has started");
    }

    private static boolean isBeating() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(HEARTBEAT));
    }

    @Singleton
    static class Broken {
        void start(@Observes StartupEvent event, Loadline loadline) {
            boolean beating = Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals(HEARTBEAT));
            throw new IllegalStateException("on purpose, with a heartbeat: " + beating);
        }
    }
}
