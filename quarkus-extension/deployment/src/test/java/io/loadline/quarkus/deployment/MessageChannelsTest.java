/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import io.loadline.limit.Permit;
import io.loadline.testing.Gate;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Channels fetch nothing while the gate is shut and once the drain has begun; what they have fetched is handled. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MessageChannelsTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Consumer.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("mp.messaging.incoming.orders.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.payments.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1")
            .overrideConfigKey("quarkus.loadline.guard.intake.enabled", "true")
            // That the limit is reached is enough: how busy this machine is does not matter.
            .overrideConfigKey("quarkus.loadline.guard.intake.pause-above", "100")
            .overrideConfigKey("quarkus.loadline.guard.intake.resume-below", "50")
            .overrideConfigKey("quarkus.loadline.guard.intake.paused-at-least", "100ms")
            .overrideConfigKey("quarkus.loadline.guard.intake.calm", "100ms")
            .overrideConfigKey("quarkus.loadline.guard.intake.exclude", "payments");

    @Inject
    Loadline loadline;

    @Inject
    IntakeGate gate;

    @Inject
    ChannelRegistry registry;

    @Inject
    @Connector(InMemoryConnector.CONNECTOR)
    InMemoryConnector connector;

    @Inject
    Consumer consumer;

    @Test
    @Order(1)
    void settings_reachTheGate() {
        IntakeSettings settings = gate.settings();
        assertThat(settings.pauseAbove()).isEqualTo(100);
        assertThat(settings.resumeBelow()).isEqualTo(50);
    }

    @Test
    @Order(2)
    void channels_arePausedWhileThereIsEnoughToDo() {
        InMemorySource<String> orders = connector.source("orders");
        orders.send("before");
        await().until(() -> consumer.orders().contains("before"));

        Permit whole = loadline.limiter().tryAcquire();
        assertThat(whole).isNotNull();
        await().until(() -> registry.getPausable("orders").isPaused());
        assertThat(registry.getPausable("payments").isPaused()).isFalse();
        orders.send("asked for before");
        orders.send("during");
        await().until(() -> consumer.orders().contains("asked for before"));
        connector.<String>source("payments").send("paid");
        await().until(() -> consumer.payments().contains("paid"));
        assertThat(consumer.orders()).doesNotContain("during");

        whole.success();
        await().until(() -> consumer.orders().contains("during"));
        assertThat(registry.getPausable("orders").isPaused()).isFalse();
    }

    @Test
    @Order(3)
    void drain_pausesAllAndWaitsForWhatIsBeingHandled() {
        connector.<String>source("orders").send("last");
        Gate.of("last").awaitArrival();
        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();
        await().until(() -> registry.getPausable("orders").isPaused()
                && registry.getPausable("payments").isPaused());
        assertThat(drained).isNotDone();
        Gate.of("last").open();
        DrainResult result = drained.join();
        assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(consumer.isDone()).isTrue();
    }

    @ApplicationScoped
    static class Consumer {
        final List<String> orders = new CopyOnWriteArrayList<>();
        final List<String> payments = new CopyOnWriteArrayList<>();
        volatile boolean done;

        // Fields of a proxy are not those of the bean.
        List<String> orders() {
            return orders;
        }

        List<String> payments() {
            return payments;
        }

        boolean isDone() {
            return done;
        }

        @Incoming("orders")
        CompletionStage<Void> order(String order) {
            orders.add(order);
            return order.equals("last")
                    ? Gate.of("last").opened().thenAccept(opened -> done = true)
                    : CompletableFuture.completedStage(null);
        }

        @Incoming("payments")
        void payment(String payment) {
            payments.add(payment);
        }
    }
}
