/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import org.jspecify.annotations.Nullable;

/** One request from its scheduled time to its end. Not thread-safe; confined to the run's event loop. */
final class LoadExchange {
    final long scheduledNanos;
    final long sentNanos;
    final int path;
    final boolean fresh;

    @Nullable
    LoadConnection connection;

    boolean reused;
    int localPort;
    boolean ended;

    LoadExchange(long scheduledNanos, long sentNanos, int path, boolean fresh) {
        this.scheduledNanos = scheduledNanos;
        this.sentNanos = sentNanos;
        this.path = path;
        this.fresh = fresh;
    }
}
