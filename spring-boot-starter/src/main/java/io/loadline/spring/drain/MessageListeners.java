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
        try {
            for (Listener listener : listeners.get()) {
                if (listener.container.isRunning()) {
                    active.add(listener);
                }
            }
        } finally {
            // Also if one of them fails to answer: the others stop, and nobody waits for nothing.
            List.copyOf(active).forEach(this::stopAside);
            releaseIfNone();
        }
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        none.await();
    }

    @Override
    public List<String> active() {
        return active.stream().map(Listener::toString).toList();
    }

    /** In a thread of its own: some containers wait for their listeners in there, and the others must stop meanwhile. */
    private void stopAside(Listener listener) {
        Thread thread = new Thread(() -> stop(listener), "loadline-stop " + listener);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Throwable e) {
            // No thread to be had: it is stopped all the same.
            stop(listener);
        }
    }

    /** The container calls back when its listeners have returned, and acknowledged what they got. */
    private void stop(Listener listener) {
        try {
            listener.stop(() -> stopped(listener));
        } catch (Throwable e) {
            stopped(listener);
            LOG.warn("{} could not be stopped", listener, e);
        }
    }

    private void stopped(Listener listener) {
        active.remove(listener);
        releaseIfNone();
    }

    private void releaseIfNone() {
        if (active.isEmpty()) {
            none.countDown();
        }
    }

    /** A container of listeners, and what reports call it; told from others by its identity. */
    static class Listener {
        private final Supplier<String> description;
        private final SmartLifecycle container;

        Listener(Supplier<String> description, SmartLifecycle container) {
            this.description = description;
            this.container = container;
        }

        /** One that handles all it has received before it stops, which takes as long as it takes. */
        static Listener handlesAll(Supplier<String> description, SmartLifecycle container) {
            return new Listener(description, container) {
                @Override
                void stop(Runnable stopped) {
                    // With a callback it would refuse from then on what it has not begun.
                    container.stop();
                    stopped.run();
                }
            };
        }

        /** Takes no more, finishes what it is at, and tells {@code stopped}; may wait for that, or not. */
        void stop(Runnable stopped) {
            container.stop(stopped);
        }

        /** Not every container knows its name or its group. */
        @Override
        public String toString() {
            try {
                return description.get();
            } catch (RuntimeException unknown) {
                return container.getClass().getSimpleName();
            }
        }
    }
}
