/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One feature of a {@link Degradation}, for those who ask often: asking is one volatile read and allocates nothing.
 * Thread-safe.
 */
public final class OptionalFeature {
    private final String name;
    private final LongAdder withheld = new LongAdder();

    /** Written by the degradation under its lock, read by everybody; never stale. */
    private volatile boolean allowed = true;

    OptionalFeature(String name) {
        this.name = name;
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** Whether it is on; counts the answers that it is not. */
    public boolean allowed() {
        if (allowed) {
            return true;
        }
        withheld.increment();
        return false;
    }

    /**
     * Runs {@code action} if the feature is on and {@code fallback} if it is off. What {@code action} throws is no reason
     * to fall back: that is a breaker's business.
     *
     * @throws Exception what the one that ran throws
     */
    public <T extends @Nullable Object> T call(Callable<? extends T> action, Callable<? extends T> fallback)
            throws Exception {
        return allowed() ? action.call() : fallback.call();
    }

    /** {@link #call} for stages; an exception of the one that is started completes the stage, an error is thrown. */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            Supplier<? extends CompletionStage<T>> action, Supplier<? extends CompletionStage<T>> fallback) {
        try {
            return allowed() ? action.get() : fallback.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    long withheld() {
        return withheld.sum();
    }

    boolean isOn() {
        return allowed;
    }

    void allow(boolean changed) {
        allowed = changed;
    }

    /** Its name. */
    @Override
    public String toString() {
        return name;
    }
}
