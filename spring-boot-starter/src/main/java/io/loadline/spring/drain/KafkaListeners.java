/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.spring.drain.MessageListeners.Listener;
import io.loadline.spring.internal.KafkaContainers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;

/** What Loadline knows of Spring for Kafka. Stateless. */
final class KafkaListeners {
    private KafkaListeners() {}

    static MessageListeners participant(ConfigurableListableBeanFactory beans) {
        return new MessageListeners("Kafka listeners", () -> running(beans));
    }

    private static Collection<Listener> running(ConfigurableListableBeanFactory beans) {
        List<Listener> listeners = new ArrayList<>();
        for (MessageListenerContainer container : KafkaContainers.of(beans)) {
            listeners.add(new Listener(() -> description(container), container));
        }
        return listeners;
    }

    private static String description(MessageListenerContainer container) {
        return "%s of group %s".formatted(container.getListenerId(), container.getGroupId());
    }

    /**
     * Lets containers stop after the record at hand instead of all that were polled with it, up to 500: what is not begun
     * need not be finished, since its offset is not committed, and what is done is committed by then. Batch listeners
     * finish their batch. Stateless.
     */
    static final class StopAfterRecord implements BeanPostProcessor {
        private final boolean enabled;

        StopAfterRecord(boolean enabled) {
            this.enabled = enabled;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (enabled && bean instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> factory) {
                factory.getContainerProperties().setStopImmediate(true);
            } else if (enabled && bean instanceof AbstractMessageListenerContainer<?, ?> container) {
                container.getContainerProperties().setStopImmediate(true);
            }
            return bean;
        }
    }
}
