/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All listeners of a limiter as one; nothing that they throw reaches a call. Thread-safe. */
final class AdmissionListeners implements AdmissionListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyLimiter.class);

    private final List<AdmissionListener> listeners;

    /** Raised once, so that what fails at each call is logged once. */
    private final AtomicBoolean warned;

    private AdmissionListeners(List<AdmissionListener> listeners, AtomicBoolean warned) {
        this.listeners = listeners;
        this.warned = warned;
    }

    /** Null without any: then there is nothing to be done for a refusal. */
    static @Nullable AdmissionListener of(List<AdmissionListener> listeners) {
        return listeners.isEmpty() ? null : new AdmissionListeners(List.copyOf(listeners), new AtomicBoolean());
    }

    @Override
    public void waited(Route route, Duration wait) {
        each(listener -> listener.waited(route, wait));
    }

    @Override
    public void refused(Route route, RejectionReason reason) {
        each(listener -> listener.refused(route, reason));
    }

    @Override
    public AdmissionListener ofWaiting() {
        AdmissionListener[] ofWaiting = listeners.toArray(new AdmissionListener[0]);
        for (int i = 0; i < ofWaiting.length; i++) {
            int each = i;
            guarded(() -> ofWaiting[each] = Objects.requireNonNull(ofWaiting[each].ofWaiting()));
        }
        return new AdmissionListeners(List.of(ofWaiting), warned);
    }

    private void each(Consumer<AdmissionListener> tell) {
        for (AdmissionListener listener : listeners) {
            guarded(() -> tell.accept(listener));
        }
    }

    private void guarded(Runnable tell) {
        try {
            tell.run();
        } catch (Throwable e) {
            warn(e);
        }
    }

    private void warn(Throwable failure) {
        try {
            if (warned.compareAndSet(false, true)) {
                LOG.warn("A listener of admission failed; this is logged once", failure);
            }
        } catch (Throwable unlogged) {
            // Without memory not even this can be told; calls must go on.
        }
    }
}
