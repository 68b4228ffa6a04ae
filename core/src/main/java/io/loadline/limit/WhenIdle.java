/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom to tell, once, when nothing is in flight and nothing is admitted any more. Thread-safe. */
final class WhenIdle {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    private final String name;
    private final AdmissionWord word;
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

    WhenIdle(String name, AdmissionWord word) {
        this.name = name;
        this.word = word;
    }

    /** Null for nobody. */
    void listener(@Nullable Runnable listener) {
        waiting.set(listener);
    }

    /** Due whenever it may be so. */
    void tell() {
        Runnable listener = waiting.get();
        // Read before the word: between a release that emptied it and this line somebody may have resumed and refused
        // again, and the listener would be the new one, with calls in flight.
        if (listener != null && word.isClosedAndEmpty() && waiting.compareAndSet(listener, null)) {
            try {
                listener.run();
            } catch (Throwable e) {
                // The thread is that of a request which has nothing to do with the listener.
                LOG.warn(
                        "{}: listener {} failed when the limiter became idle",
                        name,
                        listener.getClass().getName(),
                        e);
            }
        }
    }
}
