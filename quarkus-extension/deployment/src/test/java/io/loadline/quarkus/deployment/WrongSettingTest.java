/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A wrong setting stops the start, before anything of the application runs. */
class WrongSettingTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Early.class))
            .overrideRuntimeConfigKey("quarkus.loadline.drain.quiet", "11s")
            .assertException(failure -> {
                assertThat(root(failure))
                        // Of another loader, but so Quarkus tells the message alone, without pages of its own.
                        .satisfies(root ->
                                assertThat(root.getClass().getName()).isEqualTo(ConfigurationException.class.getName()))
                        .hasMessageContaining("quarkus.loadline.drain.quiet")
                        .hasMessageContaining("11s")
                        .hasMessageContaining("quiet must not be longer than settleMax");
                assertThat(System.clearProperty(Early.RAN)).isNull();
            });

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Test
    void start_isStopped() {
        throw new AssertionError("it has started");
    }

    @Singleton
    static class Early {
        /* Known to both loaders, that of the application and that of the test. */
        static final String RAN = "io.loadline.quarkus.deployment.early";

        void start(@Observes @Priority(Integer.MIN_VALUE) StartupEvent event) {
            System.setProperty(RAN, "true");
        }
    }
}
