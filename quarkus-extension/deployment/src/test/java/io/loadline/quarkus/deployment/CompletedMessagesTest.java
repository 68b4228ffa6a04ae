/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.quarkus.runtime.queue.CompletedMessages;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that a method has come to the end of without a failure are done. */
class CompletedMessagesTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Consumer.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("mp.messaging.incoming.plain.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.unis.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.stages.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.one.connector", InMemoryConnector.CONNECTOR)
            .overrideConfigKey("mp.messaging.incoming.other.connector", InMemoryConnector.CONNECTOR);

    @Inject
    CompletedMessages completed;

    @Inject
    @Connector(InMemoryConnector.CONNECTOR)
    InMemoryConnector connector;

    @Test
    void messages_countByChannel_unlessTheyFail() {
        send("plain", "a", "b", "");
        await().until(() -> completed.of("plain") == 2);
        send("unis", "a", "");
        await().until(() -> completed.of("unis") == 1);
        send("stages", "a", "");
        await().until(() -> completed.of("stages") == 1);
        await().untilAsserted(() -> assertThat(Consumer.HANDLED).hasValue(7));
        assertThat(completed.of("plain")).isEqualTo(2);
        assertThat(completed.of("unis")).isOne();
        assertThat(completed.of("stages")).isOne();
    }

    @Test
    void messages_ofWhichNobodyTellsTheChannel_countForNone() {
        int before = Consumer.MERGED.get();
        send("one", "a");
        send("other", "b");
        await().untilAsserted(() -> assertThat(Consumer.MERGED).hasValue(before + 2));
        assertThat(completed.of("one")).isZero();
        assertThat(completed.of("other")).isZero();
    }

    /** An empty one fails, which is the end of that. */
    private void send(String channel, String... payloads) {
        InMemorySource<Message<String>> source = connector.source(channel);
        for (String each : payloads) {
            source.send(Message.of(each).withNack(reason -> CompletableFuture.completedFuture(null)));
        }
    }

    @ApplicationScoped
    static class Consumer {
        static final AtomicInteger HANDLED = new AtomicInteger();
        static final AtomicInteger MERGED = new AtomicInteger();

        @Incoming("plain")
        void plain(String payload) {
            handle(payload);
        }

        @Incoming("unis")
        Uni<Void> uni(String payload) {
            return Uni.createFrom().voidItem().invoke(() -> handle(payload));
        }

        @Incoming("stages")
        CompletionStage<Void> stage(String payload) {
            try {
                handle(payload);
                return CompletableFuture.completedFuture(null);
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Incoming("one")
        @Incoming("other")
        void merged(String payload) {
            MERGED.incrementAndGet();
        }

        private static void handle(String payload) {
            HANDLED.incrementAndGet();
            if (payload.isEmpty()) {
                throw new IllegalArgumentException("on purpose");
            }
        }
    }
}
