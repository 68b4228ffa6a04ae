/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaTemplate;

/** Orders that come in through Kafka, as {@link RabbitOrders} has them. */
@Configuration(proxyBeanMethods = false)
@Profile("kafka")
class KafkaOrders {
    private static final String PLACED = "orders.placed";
    private static final String CONFIRMED = "orders.confirmed";
    private static final int PARTITIONS = 4;
    private static final long PATIENCE_SECONDS = 5;

    private final Fulfilment fulfilment;
    private final KafkaTemplate<String, String> kafka;

    KafkaOrders(Fulfilment fulfilment, KafkaTemplate<String, String> kafka) {
        this.fulfilment = fulfilment;
        this.kafka = kafka;
    }

    @KafkaListener(topics = PLACED)
    void placed(String order) throws InterruptedException, ExecutionException, TimeoutException {
        fulfilment.fulfil(Long.parseLong(order));
        kafka.send(CONFIRMED, order).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Bean
    NewTopic placedOrders() {
        return TopicBuilder.name(PLACED).partitions(PARTITIONS).build();
    }

    @Bean
    NewTopic confirmedOrders() {
        return TopicBuilder.name(CONFIRMED).partitions(1).build();
    }
}
