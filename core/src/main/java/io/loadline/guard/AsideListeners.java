/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.internal.Listeners;
import io.loadline.time.Registration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Listeners that are told by a thread of their own, so that one that blocks holds up no heartbeat and no request.
 * Thread-safe.
 *
 * @param <L> the listener's type
 * @param <E> the event's type
 */
final class AsideListeners<L, E> {
    /*
     * The thread lives for as long as there is something to tell: events are rare. Behind a listener that does not return
     * they pile up to MOST; then the oldest is dropped, so that what it hears last is how things are.
     */
    private static final int MOST = 256;

    private final Listeners<L, E> listeners;
    private final Executor executor;
    private final BlockingQueue<E> untold = new ArrayBlockingQueue<>(MOST);

    /** Raised by whoever starts to tell, lowered when there is nothing left. */
    private final AtomicBoolean telling = new AtomicBoolean();

    /** Listeners that are told by {@code call}, in a task of {@code executor}. */
    AsideListeners(BiConsumer<L, E> call, Executor executor) {
        this.listeners = new Listeners<>(call);
        this.executor = executor;
    }

    /** A daemon thread for each task. */
    static Executor threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }

    Registration add(L listener) {
        return listeners.add(listener)::run;
    }

    /** Fixes the place of {@code event}; may be called under a lock. To be followed by {@link #deliver()}. */
    void enqueue(E event) {
        while (!untold.offer(event)) {
            Object unusedOldest = untold.poll();
        }
    }

    /** Has the listeners told of what has been enqueued; returns at once. */
    void deliver() {
        if (untold.isEmpty() || !telling.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::tell);
        } catch (Throwable e) {
            // No thread to be had: rather by this one than never.
            tell();
        }
    }

    private void tell() {
        do {
            try {
                for (E event = untold.poll(); event != null; event = untold.poll()) {
                    listeners.publish(event);
                }
            } finally {
                telling.set(false);
            }
        } while (!untold.isEmpty() && telling.compareAndSet(false, true));
    }
}
