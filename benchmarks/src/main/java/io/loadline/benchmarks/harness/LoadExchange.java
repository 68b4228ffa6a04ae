/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import org.jspecify.annotations.Nullable;

/** One attempt of a request, from the request's scheduled time to its own end. Not thread-safe; confined to the run's event loop. */
final class LoadExchange {
    final long scheduledNanos;
    final long sentNanos;
    final int path;
    final boolean fresh;
    /** 1 for the first. */
    final int attempt;

    @Nullable
    LoadConnection connection;

    boolean reused;
    int localPort;
    boolean ended;

    LoadExchange(long scheduledNanos, long sentNanos, int path, boolean fresh, int attempt) {
        this.scheduledNanos = scheduledNanos;
        this.sentNanos = sentNanos;
        this.path = path;
        this.fresh = fresh;
        this.attempt = attempt;
    }
}
