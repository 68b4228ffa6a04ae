/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.time.Ticker;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that others tell for load reports. Thread-safe. */
final class OrcaFigure {
    /*
     * Others may throw, block or never return. So they are asked aside, each in a task of its own, and not again before they
     * have answered. An answer counts for a few seconds: after that the figure is not known.
     */
    private static final Logger LOG = LoggerFactory.getLogger(OrcaFigure.class);
    private static final long STALE_NANOS = 3_500_000_000L;

    private final String name;
    private final DoubleSupplier value;
    private final Ticker ticker;

    /** Raised by whoever has it asked, lowered by whoever asks. */
    private final AtomicBoolean asked = new AtomicBoolean();

    /** Written by whoever asks, read by whoever makes reports; null until there is one. */
    private volatile @Nullable Answer answer;

    /** Written by whoever asks; two that do at once may both log. */
    private volatile boolean logged;

    OrcaFigure(String name, DoubleSupplier value, Ticker ticker) {
        this.name = name;
        this.value = value;
        this.ticker = ticker;
    }

    /** Has it asked, and does not wait for it; {@code aside} is false if it takes no task. */
    void ask(Predicate<Runnable> aside) {
        if (asked.compareAndSet(false, true) && !aside.test(this::askNow)) {
            asked.set(false);
        }
    }

    private void askNow() {
        try {
            answer = new Answer(read(), ticker.read());
        } finally {
            asked.set(false);
        }
    }

    /** What it told last; NaN if that was long ago, or nothing. */
    double latest() {
        Answer known = answer;
        return known != null && ticker.read() - known.nanos <= STALE_NANOS ? known.value : Double.NaN;
    }

    /** What it tells now, to the caller; NaN if it throws. */
    double read() {
        try {
            return value.getAsDouble();
        } catch (Throwable e) {
            // Errors too: whatever one figure throws, the others must not freeze.
            warn(e);
            return Double.NaN;
        }
    }

    private void warn(Throwable failure) {
        try {
            if (!logged) {
                logged = true;
                LOG.warn("The figure {} failed and is left out of load reports; this is logged once", name, failure);
            }
        } catch (Throwable unlogged) {
            // Without memory, or with an appender that throws, not even this can be told.
        }
    }

    private record Answer(double value, long nanos) {}
}
