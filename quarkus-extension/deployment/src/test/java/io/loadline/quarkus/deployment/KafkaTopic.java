/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.testing.Ports;
import io.quarkus.deployment.util.FileUtil;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A topic with one partition, of a broker in KRaft mode in this process that is there before the service and after it. Not
 * thread-safe.
 *
 * <p>The test, in the service's class loader, has another object of this kind than JUnit: a system property, which is also what the
 * connector reads, tells where the broker is.
 */
final class KafkaTopic implements BeforeAllCallback, AfterAllCallback {
    private static final String SERVERS = "kafka.bootstrap.servers";
    private static final String CONTROLLER = "CONTROLLER";
    private static final long PATIENCE_SECONDS = 10;

    /** Held, so that they keep their level: the broker tells of each of its settings. */
    private static final List<Logger> LOGGERS = Stream.of("kafka", "org.apache.kafka", "state.change.logger")
            .map(Logger::getLogger)
            .toList();

    private final String name;
    private @Nullable Path folder;
    private @Nullable KafkaRaftServer server;

    KafkaTopic(String name) {
        this.name = name;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        LOGGERS.forEach(logger -> logger.setLevel(Level.WARNING));
        folder = Files.createTempDirectory("kafka");
        format(folder);
        int[] ports = IntStream.generate(Ports::free).distinct().limit(2).toArray();
        String address = "localhost:" + ports[0];
        server = new KafkaRaftServer(KafkaConfig.fromProps(settings(folder, address, ports[1])), Time.SYSTEM);
        server.startup();
        System.setProperty(SERVERS, address);
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        System.clearProperty(SERVERS);
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
        }
        LOGGERS.forEach(logger -> logger.setLevel(null));
        if (folder != null) {
            FileUtil.deleteDirectory(folder);
        }
    }

    private static void format(Path folder) throws Exception {
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setControllerListenerName(CONTROLLER)
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
    }

    private static Properties settings(Path folder, String address, int controllerPort) {
        String controller = "localhost:" + controllerPort;
        Properties settings = new Properties();
        settings.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@" + controller),
                Map.entry("controller.listener.names", CONTROLLER),
                Map.entry("listeners", "PLAINTEXT://" + address + "," + CONTROLLER + "://" + controller),
                Map.entry("advertised.listeners", "PLAINTEXT://" + address),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT"),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                // The first member of a group need not wait for others.
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // 128 MiB otherwise, of this process's heap.
                Map.entry("log.cleaner.dedupe.buffer.size", "2097152")));
        return settings;
    }

    /** The message is safe with the broker when this returns. */
    void send(String message) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(name, message)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(message, e);
        }
    }

    /** How many messages the group has done with; what comes after them is given to its next member. */
    long committed(String group) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers()))) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .get(new TopicPartition(name, 0));
            return committed == null ? 0 : committed.offset();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(group, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(group, e);
        }
    }

    private static String servers() {
        return System.getProperty(SERVERS);
    }
}
