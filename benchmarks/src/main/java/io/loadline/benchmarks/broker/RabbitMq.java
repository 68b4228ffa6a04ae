/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.loadline.testing.RabbitBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Debian's RabbitMQ server. Thread-safe. */
public final class RabbitMq implements Broker {
    /** Who does not have it may want to know. */
    public static final String MISSING = "RabbitMQ is missing; Debian has it in the package rabbitmq-server";

    private static final String ACCEPTED = "accepting AMQP connection";
    private static final int CONFIRMED_TOGETHER = 500;
    private static final long PATIENCE_MILLIS = Duration.ofSeconds(10).toMillis();

    private final Path log;
    private final RabbitBroker server;
    private final Connection connection;
    private final Channel placing;

    /**
     * Starts it in {@code folder}, which is empty.
     *
     * @throws IllegalStateException if it is not installed
     */
    public RabbitMq(Path folder) throws IOException {
        if (!RabbitBroker.isInstalled()) {
            throw new IllegalStateException(MISSING);
        }
        this.log = folder.resolve("rabbitmq.log");
        server = new RabbitBroker(folder);
        ConnectionFactory connections = new ConnectionFactory();
        connections.setPort(server.port());
        try {
            connection = connections.newConnection("benchmark");
            placing = connection.createChannel();
            // As the sample declares them.
            placing.queueDeclare(PLACED, true, false, false, Map.of());
            placing.queueDeclare(CONFIRMED, true, false, false, Map.of());
            placing.confirmSelect();
        } catch (IOException | TimeoutException e) {
            server.close();
            throw new IOException("RabbitMQ at port " + server.port(), e);
        }
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("SPRING_PROFILES_ACTIVE", "rabbitmq", "RABBITMQ_PORT", String.valueOf(server.port()));
    }

    @Override
    public synchronized void place(String order) throws IOException, InterruptedException, TimeoutException {
        placing.basicPublish(
                "", PLACED, MessageProperties.PERSISTENT_TEXT_PLAIN, order.getBytes(StandardCharsets.UTF_8));
        placing.waitForConfirmsOrDie(PATIENCE_MILLIS);
    }

    @Override
    public synchronized void placeAll(List<String> orders) throws IOException, InterruptedException, TimeoutException {
        for (int i = 0; i < orders.size(); i++) {
            placing.basicPublish(
                    "",
                    PLACED,
                    MessageProperties.PERSISTENT_TEXT_PLAIN,
                    orders.get(i).getBytes(StandardCharsets.UTF_8));
            if ((i + 1) % CONFIRMED_TOGETHER == 0 || i + 1 == orders.size()) {
                placing.waitForConfirmsOrDie(PATIENCE_MILLIS);
            }
        }
    }

    @Override
    public long connectionsOpened() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(ACCEPTED)).count();
        }
    }

    @Override
    public synchronized OptionalLong waiting() throws IOException {
        return OptionalLong.of(placing.queueDeclarePassive(PLACED).getMessageCount());
    }

    @Override
    public OptionalInt generation() {
        return OptionalInt.empty();
    }

    @Override
    public void follow(Consumer<String> confirmed) throws IOException {
        Channel following = connection.createChannel();
        following.basicConsume(
                CONFIRMED,
                true,
                (tag, message) -> confirmed.accept(new String(message.getBody(), StandardCharsets.UTF_8)),
                tag -> {});
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } finally {
            server.close();
        }
    }
}
