/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.spring.testing.RabbitQueues;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
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

    private static RabbitQueues rabbit;

    RabbitDrainTest() {
        super("RabbitMQ listeners");
    }

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

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings(String destination) {
        return List.of(rabbit.setting());
    }

    @Override
    boolean isStopping(ConfigurableApplicationContext context) {
        return context.getBean(RabbitListenerEndpointRegistry.class).getListenerContainers().stream()
                .map(AbstractMessageListenerContainer.class::cast)
                .noneMatch(AbstractMessageListenerContainer::isActive);
    }

    @Override
    void send(String destination, String message) {
        rabbit.send(destination, message);
    }

    /** They are gone from the queue when they arrive: what is not handled by who has received it is lost. */
    @Test
    void messages_acknowledgedOnArrival_areAllHandled() {
        String destination = "unacknowledged";
        Handled handled = new Handled(Duration.ofMillis(10));
        int messages = 30;
        String mode = "spring.rabbitmq.listener.simple.acknowledge-mode=none";
        try (ConfigurableApplicationContext leaving = start(destination, handled, mode)) {
            for (int i = 0; i < messages; i++) {
                send(destination, "message " + i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.begun.get() >= 1);
            assertThat(drain(leaving).outcome()).isEqualTo(DrainOutcome.IDLE);
        }
        try (ConfigurableApplicationContext next = start(destination, handled, mode)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.messages() == messages);
        }
        assertThat(handled.count()).isEqualTo(messages);
    }

    /** Several consumers are at work, and each finishes one message. */
    @Test
    void severalConsumers_eachFinishItsMessage() {
        String destination = "several";
        Handled handled = new Handled(new CountDownLatch(1));
        int messages = 20;
        try (ConfigurableApplicationContext leaving =
                start(destination, handled, "spring.rabbitmq.listener.simple.concurrency=3")) {
            for (int i = 0; i < messages; i++) {
                send(destination, "message " + i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.begun.get() == 3);
            CompletableFuture<DrainResult> drained = CompletableFuture.supplyAsync(() -> drain(leaving));
            await().atMost(Duration.ofSeconds(30)).until(() -> isStopping(leaving));
            handled.release();
            assertThat(drained.orTimeout(20, TimeUnit.SECONDS).join().outcome()).isEqualTo(DrainOutcome.IDLE);
        }
        try (ConfigurableApplicationContext next = start(destination, handled)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.messages() == messages);
        }
        assertThat(handled.count()).isEqualTo(messages);
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
