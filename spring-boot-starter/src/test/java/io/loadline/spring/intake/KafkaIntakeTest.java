/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ContainerCustomizer;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Kafka listeners are paused, and remain members of their group. */
class KafkaIntakeTest extends IntakeContract {
    private static final String[] DESTINATIONS = {
        "backlog", "byhand", "resumed", "alone", "excluded", "drained", "finished", "disabled", "long"
    };

    private static EmbeddedKafkaKraftBroker broker;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void startBroker() {
        broker = new EmbeddedKafkaKraftBroker(1, 3, DESTINATIONS);
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

    /** Paused for twice as long as the broker waits for a poll. */
    @Test
    void pause_beyondTheBrokersPatience_movesNoPartition() {
        Handler handler = new Handler(Duration.ofMillis(1));
        send("long", 0, 1000);
        try (ConfigurableApplicationContext context = start(
                "long",
                handler,
                "spring.kafka.consumer.properties[max.poll.interval.ms]=2000",
                "spring.kafka.consumer.properties[session.timeout.ms]=6000")) {
            until(() -> handler.messages() > 100);
            handler.load = 2;
            until(() -> isPaused(context));
            LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
            handler.load = 0.1;
            until(() -> handler.messages() == 1000);
            assertThat(handler.count()).isEqualTo(1000);
            assertThat(connections(context)).isEqualTo(1);
            assertThat(context.getBean(Rebalances.class).lost).hasValue(0);
        }
    }

    @Override
    Class<?> application() {
        return Consumer.class;
    }

    @Override
    List<String> settings() {
        return List.of(
                "spring.kafka.bootstrap-servers=" + broker.getBrokersAsString(),
                "spring.kafka.consumer.group-id=group-of-${destination}",
                "spring.kafka.consumer.auto-offset-reset=earliest",
                "spring.kafka.consumer.properties[heartbeat.interval.ms]=100");
    }

    @Override
    void send(String destination, int from, int to) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = from; i < to; i++) {
            sent.add(producer.send(new ProducerRecord<>(destination, "message " + i)));
        }
        try {
            for (Future<RecordMetadata> each : sent) {
                RecordMetadata unused = each.get(10, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    boolean isPaused(ConfigurableApplicationContext context) {
        return container(context).isPauseRequested();
    }

    @Override
    void pauseByHand(ConfigurableApplicationContext context) {
        container(context).pause();
    }

    @Override
    void resumeByHand(ConfigurableApplicationContext context) {
        container(context).resume();
    }

    @Override
    int connections(ConfigurableApplicationContext context) {
        return context.getBean(Rebalances.class).assigned.get();
    }

    @Override
    boolean isAtRest(ConfigurableApplicationContext context) {
        return container(context).isContainerPaused();
    }

    /** Members join one after the other, and each that does moves partitions. */
    @Override
    boolean isComplete(ConfigurableApplicationContext context) {
        Rebalances rebalances = context.getBean(Rebalances.class);
        return rebalances.owned.size() == 3
                && rebalances.owned.values().stream().distinct().count() == 3;
    }

    private static MessageListenerContainer container(ConfigurableApplicationContext context) {
        MessageListenerContainer container =
                context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainer("main");
        assertThat(container).isNotNull();
        return container;
    }

    /** Counts what the group does. Thread-safe. */
    static final class Rebalances implements ConsumerRebalanceListener {
        final AtomicInteger assigned = new AtomicInteger();
        final AtomicInteger lost = new AtomicInteger();

        /** Who has each partition, by the consumer's thread. */
        final Map<TopicPartition, Thread> owned = new ConcurrentHashMap<>();

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(each -> owned.remove(each, Thread.currentThread()));
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assigned.incrementAndGet();
            partitions.forEach(each -> owned.put(each, Thread.currentThread()));
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost.incrementAndGet();
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
        static Rebalances rebalances() {
            return new Rebalances();
        }

        @Bean
        static ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> counted(
                Rebalances rebalances) {
            return container -> container.getContainerProperties().setConsumerRebalanceListener(rebalances);
        }

        @KafkaListener(id = "main", idIsGroup = false, topics = "${destination}")
        void onMessage(String message) throws Exception {
            handler.handle(loadline, message);
        }
    }
}
