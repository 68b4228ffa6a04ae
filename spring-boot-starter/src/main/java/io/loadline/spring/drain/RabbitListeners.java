/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainCoordinator;
import io.loadline.spring.drain.MessageListeners.Listener;
import io.loadline.spring.internal.RabbitContainers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** What Loadline knows of Spring for RabbitMQ. Stateless. */
final class RabbitListeners {
    private RabbitListeners() {}

    static MessageListeners participant(ConfigurableListableBeanFactory beans, DrainCoordinator drain) {
        return new MessageListeners("RabbitMQ listeners", () -> running(beans, drain));
    }

    private static Collection<Listener> running(ConfigurableListableBeanFactory beans, DrainCoordinator drain) {
        List<Listener> listeners = new ArrayList<>();
        for (MessageListenerContainer container : RabbitContainers.of(beans)) {
            if (!(container instanceof AbstractMessageListenerContainer known)) {
                listeners.add(new Listener(container::toString, container));
            } else {
                // Its own limit, 5 s, would interrupt what it holds; there is the one deadline instead.
                known.setShutdownTimeout(drain.progress().remaining().toMillis());
                Supplier<String> description = () -> "listener of " + Arrays.toString(known.getQueueNames());
                listeners.add(
                        RabbitContainers.mustHandleAll(known)
                                ? Listener.handlesAll(description, known)
                                : new Listener(description, known));
            }
        }
        return listeners;
    }
}
