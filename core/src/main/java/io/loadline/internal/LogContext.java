/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The logger's context, MDC, of the calling thread. Thread-safe; nothing that its adapter throws reaches a caller. */
public final class LogContext {
    /*
     * It is there for log lines only: an adapter that fails must neither cost a call its place nor stop a drain.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LogContext.class);

    /** Raised by whoever logs it. */
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private LogContext() {}

    /** Puts {@code value} under {@code key}, or removes that if it is null; returns what was there before, null if nothing. */
    @CanIgnoreReturnValue
    public static @Nullable String put(String key, @Nullable String value) {
        try {
            String before = MDC.get(key);
            if (value == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, value);
            }
            return before;
        } catch (Throwable e) {
            warn(e);
            return null;
        }
    }

    private static void warn(Throwable failure) {
        try {
            if (WARNED.compareAndSet(false, true)) {
                LOG.warn("The logger's context failed; this is logged once", failure);
            }
        } catch (Throwable unlogged) {
            // Where its context fails the log may fail, too.
        }
    }
}
