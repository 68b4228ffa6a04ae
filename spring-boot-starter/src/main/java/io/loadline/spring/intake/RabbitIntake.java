/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import io.loadline.spring.internal.RabbitContainers;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.MessageListenerContainer;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ReflectionUtils;

/** What the gate does with containers of RabbitMQ listeners. Stateless. */
final class RabbitIntake {
    /*
     * There is no pause in the protocol that brokers implement, so containers are stopped: that cancels their consumers
     * and closes their channels, the connection remains. What is being handled is finished and acknowledged, what was only
     * prefetched goes back to the queue, in its place; where messages count as acknowledged when they arrive it is handled.
     * To let a consumer wait with what it has prefetched would hold messages for as long as the gate is shut, and the
     * broker closes channels whose messages are not acknowledged in half an hour.
     */
    private RabbitIntake() {}

    static Collection<HeldContainer> containers(ConfigurableListableBeanFactory beans) {
        List<HeldContainer> containers = new ArrayList<>();
        for (MessageListenerContainer container : RabbitContainers.of(beans)) {
            if (container instanceof AbstractMessageListenerContainer known) {
                containers.add(new Stopped(known));
            }
        }
        return containers;
    }

    private static final class Stopped extends HeldContainer {
        /** It has a public setter only; without the field it is set to its default afterwards. */
        private static final @Nullable Field SHUTDOWN_TIMEOUT =
                ReflectionUtils.findField(AbstractMessageListenerContainer.class, "shutdownTimeout", long.class);

        private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(1);

        private final AbstractMessageListenerContainer container;

        Stopped(AbstractMessageListenerContainer container) {
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
            return container.isRunning() && container.isActive();
        }

        @Override
        void hold() throws InterruptedException {
            long timeoutMillis = shutdownTimeoutMillis(container);
            // Its own limit, 5 s, would cut off what it is at, which would then be handled twice.
            container.setShutdownTimeout(LONGEST_MILLIS);
            try {
                if (RabbitContainers.mustHandleAll(container)) {
                    // With a callback it would refuse from then on what it has not begun.
                    container.stop();
                } else {
                    CountDownLatch stopped = new CountDownLatch(1);
                    container.stop(stopped::countDown);
                    stopped.await();
                }
            } finally {
                container.setShutdownTimeout(timeoutMillis);
            }
        }

        @Override
        boolean isHeld() {
            return !container.isRunning();
        }

        @Override
        void release() {
            container.start();
        }

        private static long shutdownTimeoutMillis(AbstractMessageListenerContainer container) {
            if (SHUTDOWN_TIMEOUT == null) {
                return AbstractMessageListenerContainer.DEFAULT_SHUTDOWN_TIMEOUT;
            }
            ReflectionUtils.makeAccessible(SHUTDOWN_TIMEOUT);
            Object millis = ReflectionUtils.getField(SHUTDOWN_TIMEOUT, container);
            return millis instanceof Long known ? known : AbstractMessageListenerContainer.DEFAULT_SHUTDOWN_TIMEOUT;
        }
    }
}
