/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Kafka listeners leave without a loss, with a real broker in KRaft mode. */
class KafkaDrainTest extends ConsumerContract {
    private static final int PARTITIONS = 4;

    private static EmbeddedKafkaKraftBroker broker;
    private static KafkaProducer<String, String> producer;

    KafkaDrainTest() {
        super("Kafka listeners");
    }

    @BeforeAll
    static void startBroker() {
        broker = new EmbeddedKafkaKraftBroker(1, PARTITIONS, "restarts", "finished", "stuck", "off");
        broker.afterPropertiesSet();
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.getBrokersAsString()),
                new StringSerializer(),
                new StringSerializer());
    }

    @AfterAll
    static void stopBroker() {
        producer.close(Duration.ofSeconds(1));
        broker.destroy();
    }

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings(String destination) {
        return List.of(
                "spring.kafka.bootstrap-servers=" + broker.getBrokersAsString(),
                "spring.kafka.consumer.group-id=group-of-" + destination,
                "spring.kafka.consumer.auto-offset-reset=earliest",
                // Members hear at once of one that leaves or comes.
                "spring.kafka.consumer.properties[heartbeat.interval.ms]=100");
    }

    @Override
    boolean isStopping(ConfigurableApplicationContext context) {
        return context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainers().stream()
                .noneMatch(MessageListenerContainer::isRunning);
    }

    @Override
    void send(String destination, String message) {
        try {
            producer.send(new ProducerRecord<>(destination, message)).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
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

        @KafkaListener(topics = "${destination}")
        void onMessage(String message) {
            handled.handle(context, message);
        }
    }
}
