/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import io.loadline.signal.Backlog;
import io.loadline.spring.internal.QueueReader;
import io.loadline.spring.internal.RabbitContainers;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.QueueInformation;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ReflectionUtils;

/** Counts the messages of RabbitMQ. Thread-safe. */
final class RabbitQueueReader implements QueueReader {
    /*
     * A passive declaration, which every user may make who may consume, tells how many messages are ready and how many
     * consumers there are; on a channel that nobody else uses meanwhile, of the connection that the listeners have. What
     * consumers have prefetched is not among the ready.
     */
    private static final @Nullable Field CONSUMERS_PER_QUEUE =
            ReflectionUtils.findField(DirectMessageListenerContainer.class, "consumersPerQueue", int.class);

    private final ConfigurableListableBeanFactory beans;
    private final CompletedMessages completed;

    RabbitQueueReader(ConfigurableListableBeanFactory beans, CompletedMessages completed) {
        this.beans = beans;
        this.completed = completed;
    }

    @Override
    public Kind kind() {
        return Kind.QUEUE;
    }

    @Override
    public Backlog.Source source(String destination) {
        return new Source(destination);
    }

    private final class Source implements Backlog.Source {
        private final String queue;

        /** Confined to who asks. */
        private @Nullable RabbitAdmin admin;

        /** The same. */
        private final ConsumerShare share = new ConsumerShare();

        Source(String queue) {
            this.queue = queue;
        }

        @Override
        public Backlog.Counts read() {
            List<AbstractMessageListenerContainer> listeners = listeners();
            if (listeners.isEmpty()) {
                throw new IllegalStateException("no listener of this service takes from the queue " + queue);
            }
            QueueInformation information = admin(listeners.get(0)).getQueueInfo(queue);
            if (information == null) {
                throw new IllegalStateException("the broker does not tell of a queue " + queue);
            }
            int own = listeners.stream().mapToInt(Source::consumers).sum();
            double part = share.of(own, information.getConsumerCount());
            return new Backlog.Counts(information.getMessageCount(), part, completed.of(queue), 0);
        }

        private List<AbstractMessageListenerContainer> listeners() {
            return RabbitContainers.of(beans).stream()
                    .filter(AbstractMessageListenerContainer.class::isInstance)
                    .map(AbstractMessageListenerContainer.class::cast)
                    .filter(each -> Arrays.asList(each.getQueueNames()).contains(queue))
                    .toList();
        }

        private RabbitAdmin admin(AbstractMessageListenerContainer listener) {
            RabbitAdmin present = admin;
            if (present == null) {
                present = new RabbitAdmin(listener.getConnectionFactory());
                admin = present;
            }
            return present;
        }

        private static int consumers(AbstractMessageListenerContainer container) {
            if (container instanceof SimpleMessageListenerContainer simple) {
                return simple.getActiveConsumerCount();
            }
            if (!container.isActive() || CONSUMERS_PER_QUEUE == null) {
                return container.isActive() ? 1 : 0;
            }
            ReflectionUtils.makeAccessible(CONSUMERS_PER_QUEUE);
            Object perQueue = ReflectionUtils.getField(CONSUMERS_PER_QUEUE, container);
            return perQueue instanceof Integer known ? known : 1;
        }
    }
}
