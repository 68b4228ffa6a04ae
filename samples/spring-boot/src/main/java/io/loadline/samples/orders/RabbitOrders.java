/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.support.AmqpHeaders;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.Header;

/**
 * Orders that come in through RabbitMQ. Nothing here knows that the instance may go: the order at hand is finished, those that
 * were prefetched are for others.
 */
@Configuration(proxyBeanMethods = false)
@Profile("rabbitmq")
class RabbitOrders {
    private static final String PLACED = "orders.placed";
    private static final String CONFIRMED = "orders.confirmed";
    private static final long PATIENCE_MILLIS = 5_000;

    private final Fulfilment fulfilment;
    private final RabbitTemplate rabbit;

    RabbitOrders(Fulfilment fulfilment, RabbitTemplate rabbit) {
        this.fulfilment = fulfilment;
        this.rabbit = rabbit;
    }

    /** A confirmation may come twice if the order does, but none is missing. */
    @RabbitListener(queues = PLACED)
    void placed(long order, @Header(AmqpHeaders.REDELIVERED) boolean redelivered) throws InterruptedException {
        fulfilment.fulfil(order);
        rabbit.invoke(broker -> {
            broker.convertAndSend(CONFIRMED, order + (redelivered ? " again" : ""));
            broker.waitForConfirmsOrDie(PATIENCE_MILLIS);
            return null;
        });
    }

    @Bean
    Queue placedOrders() {
        return new Queue(PLACED);
    }

    @Bean
    Queue confirmedOrders() {
        return new Queue(CONFIRMED);
    }
}
