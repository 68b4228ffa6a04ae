/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.loadline.testing.RabbitBroker;
import io.quarkus.deployment.util.FileUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A queue of a RabbitMQ that is there before the service and after it; without RabbitMQ the test is skipped. Not thread-safe.
 *
 * <p>The test, in the service's class loader, has another object of this kind than JUnit: a system property, which is also what the
 * connector reads, tells where the server is.
 */
final class RabbitQueue implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {
    private static final String PORT = "rabbitmq-port";
    private static final int CONFIRM_MILLIS = 10_000;

    private final String name;
    private @Nullable Path folder;
    private @Nullable RabbitBroker broker;

    RabbitQueue(String name) {
        this.name = name;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return RabbitBroker.reasonToSkip()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("RabbitMQ is here, or required"));
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("rabbitmq");
        broker = new RabbitBroker(folder);
        System.setProperty(PORT, Integer.toString(broker.port()));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        System.clearProperty(PORT);
        if (broker != null) {
            broker.close();
        }
        if (folder != null) {
            FileUtil.deleteDirectory(folder);
        }
    }

    /** The message is safe with the broker when this returns. */
    void send(String message) {
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.basicPublish(
                    "", name, true, MessageProperties.PERSISTENT_TEXT_PLAIN, message.getBytes(StandardCharsets.UTF_8));
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(message, e);
        }
    }

    /** Empties it. */
    List<String> takeAll() {
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            List<String> messages = new ArrayList<>();
            GetResponse next = channel.basicGet(name, true);
            while (next != null) {
                messages.add(new String(next.getBody(), StandardCharsets.UTF_8));
                next = channel.basicGet(name, true);
            }
            return messages;
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static Connection connect() throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("localhost");
        factory.setPort(Integer.parseInt(System.getProperty(PORT)));
        return factory.newConnection();
    }
}
