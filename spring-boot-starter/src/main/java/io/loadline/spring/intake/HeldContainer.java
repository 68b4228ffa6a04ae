/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the gate can do with one container of message listeners. Thread-safe. */
abstract class HeldContainer {
    /** The container itself: told from others by its identity. */
    abstract Object container();

    /** What settings and logs call it; empty if it has no name. */
    abstract String id();

    /** Whether it runs and nobody has paused it. */
    abstract boolean isTaking();

    /** Lets it take no more; returns when it may be let go again. */
    abstract void hold() throws InterruptedException;

    /** Whether it still is as {@link #hold} has left it. */
    abstract boolean isHeld();

    /** Lets it take again. */
    abstract void release();

    /** Not every container knows its name. */
    static String idOf(Supplier<? extends @Nullable String> id) {
        try {
            String known = id.get();
            return known == null ? "" : known;
        } catch (RuntimeException unknown) {
            return "";
        }
    }

    @Override
    public final String toString() {
        return id().isEmpty() ? container().getClass().getSimpleName() : id();
    }
}
