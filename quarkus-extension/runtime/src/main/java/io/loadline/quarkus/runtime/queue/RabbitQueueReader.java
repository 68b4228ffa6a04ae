/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.loadline.signal.Backlog;
import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.ClientCustomizer;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.Config;

/** Counts the messages of RabbitMQ. Thread-safe. */
@Singleton
public class RabbitQueueReader implements QueueReader, ClientCustomizer<RabbitMQOptions> {
    /*
     * A passive declaration, which every user may make who may consume, tells how many messages are ready and how many
     * consumers there are. What consumers have prefetched is not among the ready.
     *
     * All consumers of a queue get as many messages, so the part of this instance is that of its consumers: one of each
     * channel, or of each of those into which Quarkus divides it, which stay while channels are paused.
     *
     * Which queue a channel takes from is told with the options of its client; those of channels that send are left out.
     */
    private final ChannelRegistry registry;
    private final CompletedMessages completed;
    private final RabbitConnections connections;

    /** By channel; written when a client is made. */
    private final Map<String, Taken> taken = new ConcurrentHashMap<>();

    @Inject
    RabbitQueueReader(ChannelRegistry registry, CompletedMessages completed, Vertx vertx) {
        this.registry = registry;
        this.completed = completed;
        this.connections = new RabbitConnections(vertx);
    }

    @PreDestroy
    void close() {
        connections.close();
    }

    @Override
    public RabbitMQOptions customize(String channel, Config settings, RabbitMQOptions client) {
        String queue = settings.getOptionalValue("queue.name", String.class).orElse(channel);
        taken.put(channel, new Taken(channel.split("\\$", 2)[0], queue, client));
        return client;
    }

    /** After those of the application. */
    @Override
    public int getPriority() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Kind kind() {
        return Kind.QUEUE;
    }

    @Override
    public Backlog.Source source(String destination) {
        return () -> read(destination);
    }

    private Backlog.Counts read(String queue) throws Exception {
        List<Taken> own = taken.values().stream()
                .filter(each -> each.queue().equals(queue)
                        && registry.getIncomingNames().contains(each.channel()))
                .toList();
        if (own.isEmpty()) {
            throw new IllegalStateException("no channel of this service takes from the queue " + queue);
        }
        AMQP.Queue.DeclareOk told = declared(queue, own.get(0).client());
        double part = (double) own.size() / Math.max(own.size(), told.getConsumerCount());
        long done = own.stream()
                .map(Taken::channel)
                .distinct()
                .mapToLong(completed::of)
                .sum();
        return new Backlog.Counts(told.getMessageCount(), part, done, 0);
    }

    private AMQP.Queue.DeclareOk declared(String queue, RabbitMQOptions options) throws Exception {
        Connection connection = connections.to(options);
        // One of its own, since it is closed if there is no such queue.
        try (Channel channel = connection.createChannel()) {
            return channel.queueDeclarePassive(queue);
        }
    }

    /**
     * What a channel takes from. Immutable.
     *
     * @param channel its name, also where Quarkus has divided it
     * @param queue the queue
     * @param client how it is connected
     */
    private record Taken(String channel, String queue, RabbitMQOptions client) {}
}
