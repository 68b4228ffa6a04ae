/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.testing.RabbitBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** RabbitMQ listeners leave without a loss, with a real server. */
class RabbitDrainTest extends ConsumerContract {
    @TempDir
    static Path folder;

    private static RabbitBroker broker;
    private static CachingConnectionFactory connections;

    RabbitDrainTest() {
        super("RabbitMQ listeners");
    }

    @BeforeAll
    static void startBroker() throws IOException {
        RabbitBroker.assumeInstalled();
        broker = new RabbitBroker(folder);
        connections = new CachingConnectionFactory("localhost", broker.port());
        connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.SIMPLE);
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            connections.destroy();
            broker.close();
        }
    }

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings(String destination) {
        return List.of("spring.rabbitmq.port=" + broker.port());
    }

    @Override
    boolean isStopping(ConfigurableApplicationContext context) {
        return context.getBean(RabbitListenerEndpointRegistry.class).getListenerContainers().stream()
                .map(AbstractMessageListenerContainer.class::cast)
                .noneMatch(AbstractMessageListenerContainer::isActive);
    }

    @Override
    void send(String destination, String message) {
        new RabbitTemplate(connections).invoke(operations -> {
            operations.convertAndSend(destination, message);
            operations.waitForConfirmsOrDie(10_000);
            return null;
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Consumer {
        private final Handled handled;
        private final ApplicationContext context;

        Consumer(Handled handled, ApplicationContext context) {
            this.handled = handled;
            this.context = context;
        }

        @Bean
        Queue queue(@Value("${destination}") String name) {
            return new Queue(name);
        }

        @RabbitListener(queues = "${destination}")
        void onMessage(String message) {
            handled.handle(context, message);
        }
    }
}
