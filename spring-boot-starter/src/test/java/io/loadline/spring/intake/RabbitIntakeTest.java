/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.spring.testing.RabbitQueues;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionListener;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** RabbitMQ listeners are stopped and started on the connection that they have. */
class RabbitIntakeTest extends IntakeContract {
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

    /** Longer than a container waits for its listeners by itself. */
    @Test
    void message_thatTakesLong_isFinishedAndAcknowledged() {
        Handler handler = new Handler(Duration.ZERO);
        CountDownLatch released = new CountDownLatch(1);
        handler.released = released;
        try (ConfigurableApplicationContext context = start("slow", handler)) {
            send("slow", 0, 3);
            until(() -> handler.running.get() == 1);
            handler.load = 2;
            until(() -> isPaused(context));
            LockSupport.parkNanos(Duration.ofSeconds(6).toNanos());
            released.countDown();
            until(() -> handler.count() == 1);
            handler.load = 0.1;
            until(() -> handler.messages() == 3);
            assertThat(handler.count()).isEqualTo(3);
        }
    }

    /** They are gone from the queue when they arrive. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "direct"})
    void messages_acknowledgedOnArrival_areAllHandled(String type) {
        String destination = "unacknowledged-" + type;
        Handler handler = new Handler(Duration.ofMillis(5));
        try (ConfigurableApplicationContext context = start(
                destination,
                handler,
                "spring.rabbitmq.listener.type=" + type,
                "spring.rabbitmq.listener." + type + ".acknowledge-mode=none")) {
            send(destination, 0, 50);
            until(() -> handler.messages() > 0);
            handler.load = 2;
            until(() -> isPaused(context));
            handler.load = 0.1;
            until(() -> handler.messages() == 50);
            assertThat(handler.count()).isEqualTo(50);
        }
    }

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings() {
        return List.of(rabbit.setting());
    }

    @Override
    void send(String destination, int from, int to) {
        rabbit.declare(destination);
        rabbit.send(destination, from, to);
    }

    @Override
    boolean isPaused(ConfigurableApplicationContext context) {
        return !container(context).isRunning();
    }

    @Override
    void pauseByHand(ConfigurableApplicationContext context) {
        container(context).stop();
    }

    @Override
    void resumeByHand(ConfigurableApplicationContext context) {
        container(context).start();
    }

    @Override
    int connections(ConfigurableApplicationContext context) {
        return context.getBean(Opened.class).connections.get();
    }

    @Override
    boolean isAtRest(ConfigurableApplicationContext context) {
        // A container no longer runs while its consumers still finish what they are at.
        return isPaused(context)
                && container(context) instanceof SimpleMessageListenerContainer known
                && known.getActiveConsumerCount() == 0;
    }

    @Override
    boolean isComplete(ConfigurableApplicationContext context) {
        return container(context) instanceof SimpleMessageListenerContainer known
                && known.getActiveConsumerCount() == 4;
    }

    private static MessageListenerContainer container(ConfigurableApplicationContext context) {
        MessageListenerContainer container =
                context.getBean(RabbitListenerEndpointRegistry.class).getListenerContainer("main");
        assertThat(container).isNotNull();
        return container;
    }

    /** Counts connections. Thread-safe. */
    static final class Opened implements ConnectionListener {
        final AtomicInteger connections = new AtomicInteger();

        @Override
        public void onCreate(Connection connection) {
            connections.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Consumer {
        private final Handler handler;
        private final Loadline loadline;

        Consumer(Handler handler, Loadline loadline) {
            this.handler = handler;
            this.loadline = loadline;
        }

        @Bean
        Queue queue(@Value("${destination}") String name) {
            return new Queue(name);
        }

        @Bean
        Opened opened(CachingConnectionFactory factory) {
            Opened opened = new Opened();
            factory.addConnectionListener(opened);
            return opened;
        }

        @RabbitListener(id = "main", queues = "${destination}")
        void onMessage(String message) throws Exception {
            handler.handle(loadline, message);
        }
    }
}
