/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.config.LiveSettings.Listener;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells one listener of changes, in their order, from a thread that lives as long as there is something to tell. Thread-safe. */
final class Mailbox implements Runnable {
    /*
     * A listener may block: it posts to a dashboard that does not answer. It then keeps its own thread, not that which
     * changes settings or that of other listeners, and at most MOST changes, the latest ones.
     */
    static final int MOST = 64;

    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

    private final Listener listener;

    @GuardedBy("this")
    private final Queue<SettingsChange> changes = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean running;

    @GuardedBy("this")
    private boolean logged;

    Mailbox(Listener listener) {
        this.listener = listener;
    }

    /** Never blocks, never throws. */
    void add(SettingsChange change) {
        synchronized (this) {
            if (changes.size() == MOST) {
                changes.remove();
                logOnce("is behind and misses some of the changes", null);
            }
            changes.add(change);
            if (running) {
                return;
            }
            running = true;
        }
        try {
            Thread thread = new Thread(this, "loadline-settings-listener");
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable noThread) {
            // The next change tries again.
            synchronized (this) {
                running = false;
            }
        }
    }

    @Override
    public void run() {
        for (SettingsChange change = next(); change != null; change = next()) {
            try {
                listener.changed(change);
            } catch (Throwable e) {
                logOnce("failed", e);
            }
        }
    }

    private synchronized @Nullable SettingsChange next() {
        SettingsChange next = changes.poll();
        running = next != null;
        return next;
    }

    private synchronized void logOnce(String what, @Nullable Throwable failure) {
        if (!logged) {
            logged = true;
            try {
                LOG.warn(
                        "Listener {} {}; it stays, and this is logged once",
                        listener.getClass().getName(),
                        what,
                        failure);
            } catch (Throwable unlogged) {
                // Without memory, or with an appender that throws: the next change must be told all the same.
            }
        }
    }
}
