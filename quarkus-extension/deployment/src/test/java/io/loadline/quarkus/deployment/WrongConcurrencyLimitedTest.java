/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.quarkus.ConcurrencyLimited;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be limited stops the build. */
class WrongConcurrencyLimitedTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Wrong.class, Streams.class, NoBean.class, Contract.class))
            // Otherwise the container says so itself, before us.
            .overrideConfigKey("quarkus.arc.fail-on-intercepted-private-method", "false")
            .assertException(failure -> assertThat(failure)
                    .hasStackTraceContaining("Wrong#hidden cannot be limited: it is private or static")
                    .hasStackTraceContaining("Wrong#ofNobody cannot be limited: it is private or static")
                    .hasStackTraceContaining("Wrong#many cannot be limited: it returns a Multi of a channel")
                    .hasStackTraceContaining("Wrong#unknown cannot be limited: there is no limiter 'reports'")
                    .hasStackTraceContaining("Streams cannot be limited: its method all returns a Multi of a channel")
                    .hasStackTraceContaining("NoBean#run cannot be limited: no bean is a")
                    .hasStackTraceContaining("Contract#promised cannot be limited:")
                    .hasStackTraceContaining("is an interface"));

    @Test
    void build_fails() {
        throw new AssertionError("the service has started");
    }

    @Singleton
    static class Wrong implements Contract {
        @ConcurrencyLimited
        @SuppressWarnings("UnusedMethod") // what is wrong with it
        private void hidden() {}

        @ConcurrencyLimited
        static void ofNobody() {}

        @ConcurrencyLimited
        @Outgoing("many")
        Multi<String> many() {
            return Multi.createFrom().empty();
        }

        @ConcurrencyLimited(limiter = "reports")
        void unknown() {}

        @Override
        public void promised() {}
    }

    @Singleton
    @ConcurrencyLimited
    static class Streams {
        @Outgoing("all")
        Multi<String> all() {
            return Multi.createFrom().empty();
        }
    }

    static class NoBean {
        @ConcurrencyLimited
        void run() {}
    }

    interface Contract {
        @ConcurrencyLimited
        void promised();
    }
}
