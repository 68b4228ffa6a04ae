/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.AsyncRabbitTemplate;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Finds the containers of RabbitMQ listeners. Stateless. */
public final class RabbitContainers {
    private RabbitContainers() {}

    /** Those that exist, without those of replies, which requests in flight wait for. */
    public static List<MessageListenerContainer> of(ConfigurableListableBeanFactory beans) {
        Set<MessageListenerContainer> containers = new LinkedHashSet<>(
                Singletons.of(beans, MessageListenerContainer.class).values());
        Singletons.of(beans, RabbitListenerEndpointRegistry.class)
                .values()
                .forEach(registry -> containers.addAll(registry.getListenerContainers()));
        return containers.stream().filter(each -> !takesReplies(each)).toList();
    }

    /** Whether messages count as acknowledged when they arrive: one that is not handled then is lost. */
    public static boolean mustHandleAll(AbstractMessageListenerContainer container) {
        return container.getAcknowledgeMode().isAutoAck();
    }

    private static boolean takesReplies(MessageListenerContainer container) {
        if (!(container instanceof AbstractMessageListenerContainer known)) {
            return false;
        }
        MessageListener listener = known.getMessageListener();
        return listener instanceof RabbitTemplate || listener instanceof AsyncRabbitTemplate;
    }
}
