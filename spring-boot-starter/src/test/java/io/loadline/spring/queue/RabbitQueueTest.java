/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import io.loadline.spring.testing.RabbitQueues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is ready in the queue waits, each consumer's part for it. */
class RabbitQueueTest extends QueueContract {
    @TempDir
    static Path folder;

    private static RabbitQueues rabbit;

    @BeforeAll
    static void startBroker() throws IOException {
        rabbit = RabbitQueues.start(folder);
    }

    @AfterAll
    static void stopBroker() {
        if (rabbit != null) {
            rabbit.close();
        }
    }

    /** Two consumers of one service and two of another, each at one message. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "direct"})
    void depth_besideConsumersOfOthers_isThePartOfOwnOnes(String type) {
        String destination = "shared-" + type;
        Handler handler = new Handler();
        CountDownLatch released = new CountDownLatch(1);
        handler.released = released;
        String concurrency = type.equals("simple") ? "concurrency" : "consumers-per-queue";
        SimpleMessageListenerContainer others = null;
        try (ConfigurableApplicationContext context = start(
                destination,
                handler,
                "spring.rabbitmq.listener.type=" + type,
                "spring.rabbitmq.listener." + type + ".prefetch=1",
                "spring.rabbitmq.listener." + type + "." + concurrency + "=2")) {
            others = others(destination, handler);
            send(destination, 1004);
            until(() -> queue(context).depth() == 500);
            released.countDown();
            until(() -> queue(context).depth() == 0);
        } finally {
            released.countDown();
            if (others != null) {
                others.stop();
            }
        }
    }

    private static SimpleMessageListenerContainer others(String destination, Handler handler) {
        SimpleMessageListenerContainer others = new SimpleMessageListenerContainer(rabbit.connections());
        others.setQueueNames(destination);
        others.setConcurrentConsumers(2);
        others.setPrefetchCount(1);
        others.setMessageListener(message -> {
            try {
                handler.handle();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        others.afterPropertiesSet();
        others.start();
        until(() -> others.getActiveConsumerCount() == 2);
        return others;
    }

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings() {
        return List.of(rabbit.setting(), "loadline.signal.queues.orders.queue=${destination}");
    }

    @Override
    void send(String destination, int messages) {
        rabbit.declare(destination);
        rabbit.send(destination, 0, messages);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Consumer {
        private final Handler handler;

        Consumer(Handler handler) {
            this.handler = handler;
        }

        @Bean
        Queue queue(@Value("${destination}") String name) {
            return new Queue(name);
        }

        @RabbitListener(id = "main", queues = "${destination}")
        void onMessage(String message) throws InterruptedException {
            handler.handle();
        }
    }
}
