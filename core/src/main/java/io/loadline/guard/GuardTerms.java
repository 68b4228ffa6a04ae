/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * By what a call was let through; calls that have nothing of their own share them. Immutable.
 *
 * @param period that of the breaker
 * @param limitNanos the time a call has
 * @param caller what the caller of an asynchronous call waits for
 */
record GuardTerms(
        DefaultDependencyGuard guard,
        Object period,
        long limitNanos,
        @Nullable CompletableFuture<?> caller) {

    /** Whether they are those of a call without a caller that waits elsewhere. */
    boolean are(Object ofPeriod, long ofLimitNanos) {
        return period == ofPeriod && limitNanos == ofLimitNanos && caller == null;
    }
}
