/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.startup.DeferredStartup;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Methods that cannot be stages stop the build. */
class WrongStageTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Wrong.class))
            .assertException(failure -> assertThat(failure)
                    .hasStackTraceContaining("Wrong#returning cannot be a startup stage: it returns String")
                    .hasStackTraceContaining("Wrong#withParameter cannot be a startup stage: it has parameters")
                    .hasStackTraceContaining("Wrong#hidden cannot be a startup stage: it is private or static")
                    .hasStackTraceContaining("cannot both be the startup stage 'same'"));

    @Test
    void build_isStopped() {
        throw new AssertionError("it has started");
    }

    static class Wrong {
        @DeferredStartup
        String returning() {
            return "";
        }

        @DeferredStartup
        void withParameter(int number) {}

        @DeferredStartup
        static void hidden() {}

        @DeferredStartup(name = "same")
        void one() {}

        @DeferredStartup(name = "same")
        void other() {}
    }
}
