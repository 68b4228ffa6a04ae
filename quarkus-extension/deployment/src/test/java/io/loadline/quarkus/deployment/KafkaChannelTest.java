/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A channel of Kafka, with a real broker in KRaft mode. */
class KafkaChannelTest extends BrokerContract {
    private static final String GROUP = "service";

    /** It is there before the service, and after it. */
    @RegisterExtension
    @Order(1)
    static final KafkaTopic TOPIC = new KafkaTopic("orders");

    @RegisterExtension
    @Order(2)
    static final QuarkusUnitTest SERVICE = service(KafkaTopic.class, "quarkus-messaging-kafka", "smallrye-kafka")
            .overrideConfigKey("mp.messaging.incoming.orders.group.id", GROUP)
            .overrideConfigKey("mp.messaging.incoming.orders.auto.offset.reset", "earliest")
            .setAfterAllCustomizer(() -> assertThat(TOPIC.committed(GROUP)).isEqualTo(HANDLED.size()));

    @Override
    void send(String message) {
        TOPIC.send(message);
    }
}
