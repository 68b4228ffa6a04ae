/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainCoordinator;
import io.loadline.spring.drain.MessageListeners.Listener;
import io.loadline.spring.internal.Singletons;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.AsyncRabbitTemplate;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** What Loadline knows of Spring for RabbitMQ. Stateless. */
final class RabbitListeners {
    private RabbitListeners() {}

    static MessageListeners participant(ConfigurableListableBeanFactory beans, DrainCoordinator drain) {
        return new MessageListeners("RabbitMQ listeners", () -> running(beans, drain));
    }

    private static Collection<Listener> running(ConfigurableListableBeanFactory beans, DrainCoordinator drain) {
        Set<MessageListenerContainer> containers = new LinkedHashSet<>(
                Singletons.of(beans, MessageListenerContainer.class).values());
        Singletons.of(beans, RabbitListenerEndpointRegistry.class)
                .values()
                .forEach(registry -> containers.addAll(registry.getListenerContainers()));
        List<Listener> listeners = new ArrayList<>();
        for (MessageListenerContainer container : containers) {
            if (!(container instanceof AbstractMessageListenerContainer known)) {
                listeners.add(new Listener(container::toString, container));
            } else if (!takesReplies(known.getMessageListener())) {
                // Its own limit, 5 s, would interrupt what it holds; there is the one deadline instead.
                known.setShutdownTimeout(drain.progress().remaining().toMillis());
                Supplier<String> description = () -> "listener of " + Arrays.toString(known.getQueueNames());
                listeners.add(
                        mustHandleAll(known)
                                ? Listener.handlesAll(description, known)
                                : new Listener(description, known));
            }
        }
        return listeners;
    }

    /** Whether messages count as acknowledged when they arrive: one that is not handled then is lost. */
    private static boolean mustHandleAll(AbstractMessageListenerContainer container) {
        return container.getAcknowledgeMode().isAutoAck();
    }

    /** Requests in flight wait for these. */
    private static boolean takesReplies(@Nullable MessageListener listener) {
        return listener instanceof RabbitTemplate || listener instanceof AsyncRabbitTemplate;
    }
}
