/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.signal.Validity;
import io.loadline.testing.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.TopicPartition;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** What is not committed of a listener's own partitions waits. */
class KafkaQueueTest extends QueueContract {
    private static EmbeddedKafkaKraftBroker broker;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void startBroker() {
        broker = new EmbeddedKafkaKraftBroker(1, 3, "backlog", "parted", "empty");
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

    /** The first one has no commit until it is released. */
    @Test
    void depth_ofAListenerOfOnePartition_isWhatWaitsInThat_whetherCommittedOrNot() {
        Handler handler = new Handler();
        CountDownLatch released = new CountDownLatch(1);
        handler.released = released;
        send("parted", 0, 100);
        send("parted", 1, 200);
        try (ConfigurableApplicationContext context =
                start(OnePartition.class, "parted", handler, "spring.kafka.consumer.max-poll-records=10")) {
            until(() -> queue(context).depth() == 100);
            released.countDown();
            until(() -> queue(context).depth() == 0);
            assertThat(handler.handled).hasValue(100);
        }
    }

    @Test
    void topic_thatNobodyTakesFrom_isUnknownWithTheReason() {
        try (ConfigurableApplicationContext context =
                start("empty", new Handler(), "loadline.signal.queues.orders.topic=misspelt")) {
            until(() -> "no listener of this service takes from the topic misspelt"
                    .equals(snapshot(context).saturationDetails().get("queue:orders")));
            assertThat(queue(context).depth()).isNaN();
        }
    }

    /** None is assigned then, which does not mean that nothing waits. */
    @Test
    void depth_ofAListenerWithoutPartitions_whileTheBrokerIsAway_isUnknown() {
        try (ConfigurableApplicationContext context = start(
                "empty",
                new Handler(),
                "spring.kafka.bootstrap-servers=localhost:" + Ports.free(),
                "spring.kafka.listener.auto-startup=false",
                "spring.kafka.admin.properties[default.api.timeout.ms]=1000",
                "spring.kafka.admin.properties[request.timeout.ms]=1000")) {
            until(() -> snapshot(context)
                    .saturationDetails()
                    .getOrDefault("queue:orders", "")
                    .contains("TimeoutException"));
            assertThat(queue(context).depth()).isNaN();
            assertThat(snapshot(context).validity()).isEqualTo(Validity.BACKLOG_UNKNOWN);
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
                "spring.kafka.consumer.max-poll-records=50",
                "loadline.signal.queues.orders.topic=${destination}");
    }

    @Override
    void send(String destination, int messages) {
        send(destination, null, messages);
    }

    private static void send(String topic, @Nullable Integer partition, int messages) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, partition, null, "message " + i)));
        }
        try {
            for (Future<RecordMetadata> each : sent) {
                RecordMetadata unused = each.get(10, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Consumer {
        private final Handler handler;

        Consumer(Handler handler) {
            this.handler = handler;
        }

        @KafkaListener(id = "main", idIsGroup = false, topics = "${destination}")
        void onMessage(String message) throws InterruptedException {
            handler.handle();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OnePartition {
        private final Handler handler;

        OnePartition(Handler handler) {
            this.handler = handler;
        }

        @KafkaListener(
                id = "main",
                idIsGroup = false,
                topicPartitions = @TopicPartition(topic = "${destination}", partitions = "0"))
        void onMessage(String message) throws InterruptedException {
            handler.handle();
        }
    }
}
