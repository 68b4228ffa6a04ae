/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A class of calls that cost about the same: an HTTP route template, a queue, a method. Made by
 * {@link ConcurrencyLimiter#route(String)} and valid for that limiter only. Thread-safe.
 */
public final class Route {
    /** The name of the route for everything that has none of its own. */
    public static final String OTHER = "other";

    /** A latency counts as at most this many baselines, so that one outlier does not decide over a window. */
    static final int CLIP = 10;

    final Object owner;
    final int index;
    private final String name;

    /** The limits it has beside the limiter's. Written once at most, read by every acquire. */
    private volatile @Nullable RouteGroup group;

    /** Written by the limiter's beat, read by releases and the signal; a stale value is at most one window old. */
    private volatile long baselineNanos;

    /** Written by whoever configures, read by acquires. */
    private volatile Criticality criticality = Criticality.CRITICAL;

    Route(Object owner, int index, String name) {
        this.owner = owner;
        this.index = index;
        this.name = name;
    }

    /** The name given; never taken from a request. */
    public String name() {
        return name;
    }

    /** How much calls of this route matter that do not say so themselves. Default: {@link Criticality#CRITICAL}. */
    public Criticality criticality() {
        return criticality;
    }

    /** Changes how much calls of this route matter that do not say so themselves, from the next call on. */
    @CanIgnoreReturnValue
    public Route criticality(Criticality changed) {
        criticality = changed;
        if (changed != Criticality.CRITICAL && owner instanceof DefaultConcurrencyLimiter limiter) {
            limiter.useCriticality();
        }
        return this;
    }

    /** The mean latency of this route's successful calls without congestion; zero until it is known. */
    public Duration baseline() {
        return Duration.ofNanos(baselineNanos);
    }

    @Nullable
    RouteGroup group() {
        return group;
    }

    void group(@Nullable RouteGroup joined) {
        group = joined;
    }

    /** {@link #baseline()} in nanoseconds; 0 until it is known. */
    long baselineNanos() {
        return baselineNanos;
    }

    /** What a latency counts as at most. */
    long cutNanos() {
        long baseline = baselineNanos;
        return baseline == 0 ? Long.MAX_VALUE : CLIP * baseline;
    }

    void baselineNanos(long nanos) {
        baselineNanos = nanos;
    }

    @Override
    public String toString() {
        return name;
    }
}
