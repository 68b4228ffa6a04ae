/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;

/** Finds the containers of Kafka listeners. Stateless. */
public final class KafkaContainers {
    private KafkaContainers() {}

    /** Those that exist, without those of replies, which requests in flight wait for. */
    public static List<MessageListenerContainer> of(ConfigurableListableBeanFactory beans) {
        Set<MessageListenerContainer> containers = new LinkedHashSet<>(
                Singletons.of(beans, MessageListenerContainer.class).values());
        Singletons.of(beans, KafkaListenerEndpointRegistry.class)
                .values()
                .forEach(registry -> containers.addAll(registry.getListenerContainers()));
        return containers.stream().filter(each -> !takesReplies(each)).toList();
    }

    private static boolean takesReplies(MessageListenerContainer container) {
        return container instanceof AbstractMessageListenerContainer<?, ?> known
                && known.getContainerProperties().getMessageListener() instanceof ReplyingKafkaTemplate;
    }
}
