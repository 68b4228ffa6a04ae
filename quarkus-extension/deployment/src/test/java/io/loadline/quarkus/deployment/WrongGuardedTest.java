/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.quarkus.Guarded;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.inject.Singleton;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be guarded stops the build. */
class WrongGuardedTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Wrong.class))
            .assertException(failure -> assertThat(failure)
                    .hasStackTraceContaining("Wrong#ofNobody cannot be guarded: it is private or static")
                    .hasStackTraceContaining("Wrong#nameless cannot be guarded: its dependency has no name"));

    @Test
    void build_fails() {
        throw new AssertionError("the service has started");
    }

    @Singleton
    static class Wrong {
        @Guarded("stock")
        static void ofNobody() {}

        @Guarded(" ")
        void nameless() {}
    }
}
