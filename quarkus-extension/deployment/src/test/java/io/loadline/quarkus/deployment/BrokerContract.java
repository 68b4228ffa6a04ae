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
import io.loadline.drain.ParticipantResult;
import io.loadline.limit.Permit;
import io.loadline.testing.Gate;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.reactive.messaging.ChannelRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What a channel of a broker does while there is enough to do, and when the service leaves. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BrokerContract {
    /** What the service takes from the broker, and finishes; the last one as it leaves. */
    static final List<String> HANDLED = List.of("before", "asked for before", "during", "order 0");

    /** What it leaves there. */
    static final List<String> LEFT = List.of("order 1", "order 2", "order 3", "order 4", "late");

    @Inject
    Loadline loadline;

    @Inject
    ChannelRegistry registry;

    @Inject
    Consumer consumer;

    /** A service that takes what is in {@code orders}, by an extension that no other test has. */
    static QuarkusUnitTest service(Class<?> broker, String extension, String connector) {
        return new QuarkusUnitTest()
                .setForcedDependencies(List.of(Dependency.of("io.quarkus", extension, Version.getVersion())))
                .withApplicationRoot(jar -> jar.addClasses(BrokerContract.class, Consumer.class, broker))
                .overrideConfigKey("quarkus.http.test-port", "0")
                .overrideConfigKey("quarkus.devservices.enabled", "false")
                .overrideConfigKey("mp.messaging.incoming.orders.connector", connector)
                .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
                .overrideConfigKey("quarkus.loadline.limit.initial", "1")
                .overrideConfigKey("quarkus.loadline.drain.deadline", "60s")
                .overrideConfigKey("quarkus.loadline.guard.intake.enabled", "true")
                // It is for the limiter alone to pause: a busy machine would do so whenever it likes.
                .overrideConfigKey("quarkus.loadline.guard.intake.pause-above", "100")
                .overrideConfigKey("quarkus.loadline.guard.intake.resume-below", "50")
                .overrideConfigKey("quarkus.loadline.guard.intake.paused-at-least", "100ms")
                .overrideConfigKey("quarkus.loadline.guard.intake.calm", "100ms");
    }

    /** The message is safe with the broker when this returns. */
    abstract void send(String message);

    @Test
    @Order(1)
    void channel_isPausedWhileThereIsEnoughToDo() {
        send("before");
        await().until(() -> consumer.handled().contains("before"));

        Permit whole = loadline.limiter().tryAcquire();
        assertThat(whole).isNotNull();
        await().until(() -> registry.getPausable("orders").isPaused());
        send("asked for before");
        send("during");
        await().until(() -> consumer.handled().contains("asked for before"));
        assertThat(consumer.handled()).doesNotContain("during");

        whole.success();
        await().until(() -> consumer.handled().contains("during"));
    }

    /** The broker is asked what it has left when the service is gone. */
    @Test
    @Order(2)
    void drain_finishesWhatIsBeingHandledAndTakesNoMore() {
        send("order 0");
        Gate.of("order 0").awaitArrival();
        LEFT.stream().filter(each -> !each.equals("late")).forEach(this::send);

        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();
        await().until(() -> registry.getPausable("orders").isPaused());
        send("late");
        assertThat(drained).isNotDone();
        Gate.of("order 0").open();

        assertThat(drained).succeedsWithin(Duration.ofSeconds(20)).satisfies(result -> {
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(result.participants())
                    .extracting(each -> each.name() + " " + each.state())
                    .contains("message channels " + ParticipantResult.State.FINISHED);
        });
        assertThat(consumer.handled()).isEqualTo(HANDLED);
    }

    @ApplicationScoped
    static class Consumer {
        private final List<String> handled = new CopyOnWriteArrayList<>();

        List<String> handled() {
            return handled;
        }

        @Incoming("orders")
        CompletionStage<Void> order(String order) {
            CompletableFuture<String> done =
                    order.equals("order 0") ? Gate.of(order).opened() : CompletableFuture.completedFuture(order);
            return done.thenAccept(unused -> handled.add(order));
        }
    }
}
