/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import io.loadline.spring.internal.KafkaContainers;
import java.util.Collection;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;

/** What the gate does with containers of Kafka listeners. Stateless. */
final class KafkaIntake {
    /*
     * A paused consumer polls on, and so remains a member of its group however long it is paused: no partition moves.
     */
    private KafkaIntake() {}

    static Collection<HeldContainer> containers(ConfigurableListableBeanFactory beans) {
        return KafkaContainers.of(beans).stream().map(Paused::new).collect(Collectors.toList());
    }

    private static final class Paused extends HeldContainer {
        private final MessageListenerContainer container;

        Paused(MessageListenerContainer container) {
            this.container = container;
        }

        @Override
        Object container() {
            return container;
        }

        @Override
        String id() {
            return idOf(container::getListenerId);
        }

        @Override
        boolean isTaking() {
            return container.isRunning() && !container.isPauseRequested();
        }

        @Override
        void hold() {
            container.pause();
        }

        /** Also if it was stopped meanwhile: its next start should not begin with a pause of ours. */
        @Override
        boolean isHeld() {
            return container.isPauseRequested();
        }

        @Override
        void release() {
            container.resume();
        }
    }

    /**
     * Lets containers pause after the record at hand instead of all that were polled with it, up to 500: they keep those,
     * poll on and hand them over later. Stateless.
     */
    static final class PauseAfterRecord implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> factory) {
                factory.getContainerProperties().setPauseImmediate(true);
            } else if (bean instanceof AbstractMessageListenerContainer<?, ?> container) {
                container.getContainerProperties().setPauseImmediate(true);
            }
            return bean;
        }
    }
}
