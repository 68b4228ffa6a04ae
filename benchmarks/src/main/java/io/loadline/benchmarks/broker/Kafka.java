/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A broker in KRaft mode, in this process. Thread-safe. */
public final class Kafka implements Broker {
    private static final int PARTITIONS = 4;
    private static final Duration POLL = Duration.ofMillis(200);
    /** The sample's. */
    private static final String GROUP = "orders";

    private static final String SOCKETS = "kafka.server:type=socket-server-metrics,listener=*,networkProcessor=*";
    private static final String CREATED = "connection-creation-total";
    private static final long PATIENCE_SECONDS = 10;

    private final EmbeddedKafkaKraftBroker server;
    private final KafkaProducer<String, String> placing;
    private final Admin admin;
    private final Thread follower = new Thread(this::poll, "kafka-confirmations");

    private volatile Consumer<String> confirmed = order -> {};
    private volatile boolean closed;

    /** It chooses a folder itself. */
    public Kafka(Path folder) {
        server = new EmbeddedKafkaKraftBroker(1, PARTITIONS, PLACED, CONFIRMED);
        // 128 MiB otherwise, of this process's heap.
        server.brokerProperty("log.cleaner.dedupe.buffer.size", "2097152");
        server.afterPropertiesSet();
        placing = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, server.getBrokersAsString()),
                new StringSerializer(),
                new StringSerializer());
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.getBrokersAsString()));
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("SPRING_PROFILES_ACTIVE", "kafka", "KAFKA_SERVERS", server.getBrokersAsString());
    }

    @Override
    public void place(String order) throws InterruptedException, ExecutionException, TimeoutException {
        // The order is its key too: orders spread over the partitions.
        placing.send(new ProducerRecord<>(PLACED, order, order)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void placeAll(List<String> orders) throws InterruptedException, ExecutionException, TimeoutException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (String order : orders) {
            sent.add(placing.send(new ProducerRecord<>(PLACED, order, order)));
        }
        for (Future<RecordMetadata> each : sent) {
            each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The server's own metrics: it runs in this JVM. */
    @Override
    public long connectionsOpened() throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        double created = 0;
        for (ObjectName sockets : beans.queryNames(new ObjectName(SOCKETS), null)) {
            created += ((Number) beans.getAttribute(sockets, CREATED)).doubleValue();
        }
        return Math.round(created);
    }

    /** It keeps what it gives, and believes the group how far it has come. */
    @Override
    public OptionalLong waiting() {
        return OptionalLong.empty();
    }

    @Override
    public OptionalInt generation() throws InterruptedException, ExecutionException, TimeoutException {
        KafkaFuture<ConsumerGroupDescription> group = Objects.requireNonNull(
                admin.describeConsumerGroups(List.of(GROUP)).describedGroups().get(GROUP), GROUP);
        // One that is not told would look like one that never changes.
        return OptionalInt.of(
                group.get(PATIENCE_SECONDS, TimeUnit.SECONDS).groupEpoch().orElseThrow());
    }

    @Override
    public void follow(Consumer<String> confirmed) {
        this.confirmed = confirmed;
        follower.start();
    }

    private void poll() {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        server.getBrokersAsString(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "benchmark",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of(CONFIRMED));
            while (!closed) {
                consumer.poll(POLL).forEach(message -> confirmed.accept(message.value()));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            follower.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        placing.close(Duration.ofSeconds(1));
        admin.close(Duration.ofSeconds(1));
        server.destroy();
    }
}
