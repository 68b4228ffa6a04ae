/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners of one kind of event. Thread-safe: each listener sees all events in the order they were published, one at a
 * time, outside locks; one that throws is logged once and skipped.
 *
 * @param <L> the listener's type
 * @param <E> the event's type
 */
public final class Listeners<L, E> {
    /*
     * Two threads may publish shortly after one another. Events go through a queue that is emptied by whoever finds it
     * idle, so a listener never sees the second before the first, and no lock is held while it runs. Whoever changes
     * something under a lock of his own enqueues the event under that lock and delivers after it; otherwise the second
     * change might be published first.
     *
     * Whatever a listener throws, errors too, is caught: the publisher may be the thread that everything periodic hangs
     * on, or a request that has nothing to do with the listener.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final BiConsumer<L, E> call;
    private final List<Entry<L>> entries = new CopyOnWriteArrayList<>();
    private final Queue<E> unpublished = new ConcurrentLinkedQueue<>();

    /** Raised by each delivery that finds work; whoever raises it from 0 empties the queue until it is 0 again. */
    private final AtomicInteger delivering = new AtomicInteger();

    /** Listeners that are told by {@code call}. */
    public Listeners(BiConsumer<L, E> call) {
        this.call = call;
    }

    /** Adds a listener; running the result removes it. */
    public Runnable add(L listener) {
        Entry<L> entry = new Entry<>(listener);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** Tells all listeners, or leaves that to the thread that is telling them of an earlier event. */
    public void publish(E event) {
        enqueue(event);
        deliver();
    }

    /** Fixes the place of {@code event} among all events; calls nobody. To be followed by {@link #deliver()}. */
    public void enqueue(E event) {
        unpublished.add(event);
    }

    /** Tells all listeners of what has been enqueued, or leaves that to the thread that is telling them already. */
    public void deliver() {
        if (delivering.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        try {
            do {
                for (E next = unpublished.poll(); next != null; next = unpublished.poll()) {
                    for (Entry<L> entry : entries) {
                        tell(entry, next);
                    }
                }
                seen = delivering.addAndGet(-seen);
            } while (seen != 0);
        } catch (Throwable e) {
            // Without memory even an iterator fails; what is left goes out with the next delivery, or none ever would.
            delivering.set(0);
            throw e;
        }
    }

    private void tell(Entry<L> entry, E event) {
        try {
            call.accept(entry.listener, event);
        } catch (Throwable e) {
            if (!entry.logged) {
                entry.logged = true;
                warn(entry.listener, event, e);
            }
        }
    }

    private static void warn(Object listener, Object event, Throwable failure) {
        try {
            LOG.warn(
                    "Listener {} failed at {}; it stays, and this is logged once",
                    listener.getClass().getName(),
                    event,
                    failure);
        } catch (Throwable unlogged) {
            // Without memory, or with an appender that throws, not even this can be told; the events must go on.
        }
    }

    private static final class Entry<L> {
        private final L listener;

        /** Confined to whoever empties the queue. */
        private boolean logged;

        Entry(L listener) {
            this.listener = listener;
        }
    }
}
