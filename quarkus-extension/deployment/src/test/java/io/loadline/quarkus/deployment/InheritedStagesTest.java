/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a bean inherits is a stage as what it declares is. */
class InheritedStagesTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(
                    jar -> jar.addClasses(Loader.class, Warm.class, Prices.class, Rates.class, Plain.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.startup.settle", "0s");

    @Inject
    Loadline loadline;

    @Inject
    Prices prices;

    @Test
    void stages_areRunThatABeanInherits() {
        await().until(() -> loadline.availability().state() == ServiceState.READY);
        assertThat(loadline.startup().report().stages())
                .extracting(stage -> stage.name() + " " + stage.outcome())
                .containsExactlyInAnyOrder(
                        "prices.load DONE",
                        "prices.warm DONE",
                        "rates.load DONE",
                        "rates.warm DONE",
                        "plain.load DONE");
        assertThat(prices.ran()).containsExactlyInAnyOrder("load of Loader", "warm of Prices");
    }

    abstract static class Loader {
        private final List<String> ran = new CopyOnWriteArrayList<>();

        @DeferredStartup
        protected void load(StageContext stage) {
            ran.add("load of Loader");
        }

        protected List<String> ran() {
            return ran;
        }
    }

    interface Warm {
        @DeferredStartup
        default void warm() {}
    }

    @ApplicationScoped
    static class Prices extends Loader implements Warm {
        @Override
        public void warm() {
            ran().add("warm of Prices");
        }
    }

    @ApplicationScoped
    static class Rates extends Loader implements Warm {}

    /** Without a scope of its own. */
    static class Plain extends Loader {}
}
