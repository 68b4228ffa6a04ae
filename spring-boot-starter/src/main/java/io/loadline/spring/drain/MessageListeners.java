/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainParticipant;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Containers of message listeners: they are stopped when the drain is announced, and finish what they hold. Thread-safe. */
final class MessageListeners implements DrainParticipant {
    private static final Logger LOG = LoggerFactory.getLogger(MessageListeners.class);

    private final String name;
    private final Supplier<? extends Collection<Listener>> listeners;
    private final Set<Listener> active = ConcurrentHashMap.newKeySet();
    private final CountDownLatch none = new CountDownLatch(1);

    /** {@code listeners} is asked when the drain is announced. */
    MessageListeners(String name, Supplier<? extends Collection<Listener>> listeners) {
        this.name = name;
        this.listeners = listeners;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void prepare() {
        List<Listener> running = listeners.get().stream()
                .filter(listener -> listener.container.isRunning())
                .toList();
        active.addAll(running);
        running.forEach(this::stop);
        if (running.isEmpty()) {
            none.countDown();
        }
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        none.await();
    }

    @Override
    public List<String> active() {
        return active.stream().map(Listener::description).toList();
    }

    /** The container calls back when its listeners have returned, and acknowledged what they got. */
    private void stop(Listener listener) {
        try {
            listener.container.stop(() -> stopped(listener));
        } catch (RuntimeException e) {
            LOG.warn("{} could not be stopped", listener.description, e);
            stopped(listener);
        }
    }

    private void stopped(Listener listener) {
        if (active.remove(listener) && active.isEmpty()) {
            none.countDown();
        }
    }

    /** A container of listeners, and what reports call it. */
    record Listener(String description, SmartLifecycle container) {}
}
