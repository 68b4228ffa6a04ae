/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.loadline.testing.RabbitBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Debian's RabbitMQ server. Thread-safe. */
final class RabbitMq implements Broker {
    private static final long PATIENCE_MILLIS = Duration.ofSeconds(10).toMillis();

    private final RabbitBroker server;
    private final Connection connection;
    private final Channel placing;

    RabbitMq(Path folder) throws IOException {
        if (!RabbitBroker.isInstalled()) {
            throw new IllegalStateException("RabbitMQ is missing; Debian has it in the package rabbitmq-server");
        }
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
