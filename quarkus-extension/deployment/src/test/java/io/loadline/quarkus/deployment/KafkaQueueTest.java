/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.queue.KafkaQueueReader;
import io.loadline.testing.Ports;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.apache.kafka.common.errors.TimeoutException;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker of a channel of Kafka is asked for what waits; here there is none. */
class KafkaQueueTest {
    private static final int NOBODY = Ports.free();

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Consumer.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("mp.messaging.incoming.incoming-orders.connector", "smallrye-kafka")
            .overrideConfigKey("mp.messaging.incoming.incoming-orders.topic", "orders")
            .overrideConfigKey("mp.messaging.incoming.incoming-orders.bootstrap.servers", "localhost:" + NOBODY)
            .overrideConfigKey("mp.messaging.incoming.incoming-orders.request.timeout.ms", "500")
            .overrideConfigKey("mp.messaging.incoming.incoming-orders.default.api.timeout.ms", "500")
            .overrideConfigKey("quarkus.loadline.signal.queues.orders.topic", "orders")
            .overrideConfigKey("quarkus.loadline.signal.queues.orders.objective", "1m");

    @Inject
    KafkaQueueReader reader;

    @Inject
    Loadline loadline;

    @Test
    void topicOfAChannel_isAskedFor() {
        assertThatThrownBy(() -> reader.source("orders").read()).hasRootCauseInstanceOf(TimeoutException.class);
        await().until(() -> loadline.signal()
                .snapshot()
                .saturationDetails()
                .getOrDefault("queue:orders", "")
                .contains("imed out"));
    }

    @Test
    void topicOfNoChannel_isNotRead() {
        assertThatThrownBy(() -> reader.source("incoming-orders").read())
                .hasMessage("no channel of this service takes from the topic incoming-orders");
    }

    @ApplicationScoped
    static class Consumer {
        @Incoming("incoming-orders")
        void handle(String order) {}
    }
}
