/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.testing.Gate;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A channel that goes on while the service leaves does not hold it. */
class UnpausableChannelTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Consumer.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.drain.deadline", "60s")
            .overrideConfigKey("mp.messaging.incoming.readings.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.readings.pausable", "false");

    @Inject
    Loadline loadline;

    @Inject
    @Connector(InMemoryConnector.CONNECTOR)
    InMemoryConnector connector;

    @Test
    void drain_waitsForWhatWasBeingHandledWhenItBegan() {
        InMemorySource<String> readings = connector.source("readings");
        readings.send("0");
        Gate.of("0").awaitArrival();
        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();
        assertThat(drained).isNotDone();
        int message = 0;
        // There is always one that is being handled.
        while (!drained.isDone()) {
            message++;
            readings.send(String.valueOf(message));
            Gate.of(String.valueOf(message - 1)).open();
            Gate.of(String.valueOf(message)).awaitArrival();
        }
        Gate.of(String.valueOf(message)).open();

        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
    }

    @ApplicationScoped
    static class Consumer {
        @Incoming("readings")
        CompletionStage<Void> reading(String reading) {
            return Gate.of(reading).opened().thenAccept(opened -> {});
        }
    }
}
