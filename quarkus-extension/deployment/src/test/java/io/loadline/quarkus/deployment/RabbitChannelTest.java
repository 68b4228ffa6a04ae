/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A channel of RabbitMQ, with a real server. */
class RabbitChannelTest extends BrokerContract {
    /** It is there before the service, and after it. */
    @RegisterExtension
    @Order(1)
    static final RabbitQueue QUEUE = new RabbitQueue("orders");

    @RegisterExtension
    @Order(2)
    static final QuarkusUnitTest SERVICE = service(RabbitQueue.class, "quarkus-messaging-rabbitmq", "smallrye-rabbitmq")
            // More than it handles at once: the rest of what it holds is to come back.
            .overrideConfigKey("mp.messaging.incoming.orders.max-outstanding-messages", "3")
            .setAfterAllCustomizer(() -> assertThat(QUEUE.takeAll()).containsExactlyInAnyOrderElementsOf(LEFT));

    @Override
    void send(String message) {
        QUEUE.send(message);
    }
}
