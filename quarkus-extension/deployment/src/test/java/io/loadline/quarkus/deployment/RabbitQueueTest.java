/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import io.loadline.Loadline;
import io.loadline.quarkus.runtime.queue.RabbitQueueReader;
import io.loadline.signal.QueueSnapshot;
import io.loadline.testing.Gate;
import io.loadline.testing.RabbitBroker;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is ready in the queue of a channel waits, each consumer's part for it. */
@EnabledIf(
        value = "isRequiredOrInstalled",
        disabledReason = "needs RabbitMQ, in Debian 'apt-get install rabbitmq-server'")
class RabbitQueueTest {
    private static final String PORT = "mp.messaging.connector.smallrye-rabbitmq.port";
    private static final int MESSAGES = 11;

    private static RabbitBroker broker;

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Consumer.class))
            .setBeforeAllCustomizer(RabbitQueueTest::startBroker)
            .setAfterAllCustomizer(RabbitQueueTest::stopBroker)
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("mp.messaging.incoming.orders.connector", "smallrye-rabbitmq")
            .overrideConfigKey("mp.messaging.incoming.orders.queue.name", "orders.eu")
            .overrideConfigKey("mp.messaging.incoming.orders.max-outstanding-messages", "1")
            .overrideConfigKey("quarkus.loadline.signal.queues.orders.queue", "orders.eu")
            .overrideConfigKey("quarkus.loadline.signal.queues.orders.objective", "1s");

    @Inject
    Loadline loadline;

    @Inject
    RabbitQueueReader reader;

    static boolean isRequiredOrInstalled() {
        return Boolean.parseBoolean(System.getenv("LOADLINE_REQUIRE_TOOLS")) || RabbitBroker.isInstalled();
    }

    private static void startBroker() {
        try {
            broker = new RabbitBroker(
                    Files.createTempDirectory(Path.of(System.getProperty("project.build.directory")), "rabbit"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty(PORT, Integer.toString(broker.port()));
    }

    private static void stopBroker() {
        System.clearProperty(PORT);
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void depth_isThePartOfOwnConsumers_andFallsAsMessagesAreDone() throws Exception {
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            for (int i = 0; i < MESSAGES; i++) {
                channel.basicPublish("", "orders.eu", null, new byte[] {(byte) i});
            }
            Consumer.GATE.awaitArrival();
            // One is at hand.
            awaitDepth(10);
            try (Channel other = connection.createChannel()) {
                other.basicQos(1);
                String unused = other.basicConsume("orders.eu", false, new DefaultConsumer(other));
                awaitDepth(4.5);
            }
            awaitDepth(10);
            assertThat(reader.source("orders.eu").read().completed()).isZero();
        } finally {
            Consumer.GATE.open();
        }
        await().untilAsserted(() -> assertThat(Consumer.HANDLED).hasValue(MESSAGES));
        await().untilAsserted(() ->
                assertThat(reader.source("orders.eu").read().completed()).isEqualTo(MESSAGES));
        awaitDepth(0);
    }

    @Test
    void queue_ofNoChannel_isNotRead() {
        assertThatThrownBy(() -> reader.source("orders").read())
                .hasMessage("no channel of this service takes from the queue orders");
    }

    private static Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("localhost");
        // The broker is known where the test was begun, which is not where it runs.
        factory.setPort(Integer.getInteger(PORT));
        return factory.newConnection();
    }

    /** Read every other second. */
    private void awaitDepth(double depth) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(loadline.signal().snapshot().queues())
                        .extracting(QueueSnapshot::depth)
                        .containsExactly(depth));
    }

    @ApplicationScoped
    static class Consumer {
        static final Gate GATE = Gate.of(Gate.newName());
        static final AtomicInteger HANDLED = new AtomicInteger();

        @Incoming("orders")
        @Blocking
        void handle(byte[] order) {
            GATE.pass();
            HANDLED.incrementAndGet();
        }
    }
}
