/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import io.loadline.testing.RabbitBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/** A RabbitMQ of its own and a connection to it that sends messages. Not thread-safe. */
public final class RabbitQueues implements AutoCloseable {
    private static final int CONFIRM_MILLIS = 10_000;

    private final RabbitBroker broker;
    private final CachingConnectionFactory connections;

    private RabbitQueues(RabbitBroker broker) {
        this.broker = broker;
        this.connections = new CachingConnectionFactory("localhost", broker.port());
        connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.SIMPLE);
    }

    /** Starts it in an empty folder, or skips the calling test where it is not installed. */
    public static RabbitQueues start(Path folder) throws IOException {
        RabbitBroker.assumeInstalled();
        return new RabbitQueues(new RabbitBroker(folder));
    }

    /** The setting that leads an application to it. */
    public String setting() {
        return "spring.rabbitmq.port=" + broker.port();
    }

    /** Connections to it that are not the application's. */
    public ConnectionFactory connections() {
        return connections;
    }

    /** Declares a durable queue. */
    public void declare(String queue) {
        String unusedName = new RabbitAdmin(connections).declareQueue(new Queue(queue));
    }

    /** Sends a message; it is safe with the broker when this returns. */
    public void send(String queue, String message) {
        send(queue, new String[] {message});
    }

    /** Sends {@code message N} for each number from {@code from} to below {@code to}; all are safe when this returns. */
    public void send(String queue, int from, int to) {
        send(
                queue,
                IntStream.range(from, to)
                        .mapToObj(number -> "message " + number)
                        .toArray(String[]::new));
    }

    private void send(String queue, String[] messages) {
        Object unusedNull = new RabbitTemplate(connections).invoke(operations -> {
            for (String message : messages) {
                operations.convertAndSend(queue, message);
            }
            operations.waitForConfirmsOrDie(CONFIRM_MILLIS);
            return null;
        });
    }

    @Override
    public void close() {
        connections.destroy();
        broker.close();
    }
}
